import type { Image } from "../catalogue/images";
import { openRegions, type Region } from "../catalogue/regions";
import { type Size, sizes } from "../catalogue/sizes";

const regionFeatures = ["backups", "ipv6", "metadata", "install_agent", "storage", "image_transfer"];

export function regionBody({ slug, name, available }: Region): object {
  return {
    name,
    slug,
    features: regionFeatures,
    available,
    sizes: sizes.filter(({ regions }) => regions.includes(slug)).map((size) => size.slug),
  };
}

export function sizeBody(size: Size): object {
  return {
    slug: size.slug,
    memory: size.memoryMb,
    vcpus: size.vcpus,
    disk: size.diskGb,
    transfer: size.transferTb,
    price_monthly: size.monthly,
    price_hourly: size.hourly,
    regions: size.regions,
    available: true,
    description: size.description,
    networking_throughput: 2000,
    disk_info: diskInfo(size.diskGb),
  };
}

export function diskInfo(amount: number): object[] {
  return [{ type: "local", size: { amount, unit: "gib" } }];
}

export function imageBody(image: Image): object {
  return {
    id: image.id,
    name: image.name,
    distribution: image.distribution,
    slug: image.slug,
    public: true,
    regions: openRegions,
    created_at: image.createdAt,
    min_disk_size: image.minDiskGb,
    type: "base",
    size_gigabytes: image.sizeGb,
    description: `${image.distribution} ${image.name}`,
    tags: [],
    status: "available",
  };
}
