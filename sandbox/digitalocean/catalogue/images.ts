/** A public image. The sandbox has one file system to start machines from, so there is one. */
export interface Image {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly distribution: "Debian";
  readonly createdAt: string;
  readonly minDiskGb: number;
  readonly sizeGb: number;
}

export const images: readonly Image[] = [
  {
    id: 195_932_981,
    slug: "debian-13-x64",
    name: "13 x64",
    distribution: "Debian",
    createdAt: "2025-08-12T09:00:00Z",
    minDiskGb: 7,
    sizeGb: 0.6,
  },
];

/** By slug or by number. */
export function findImage(reference: string | number): Image | undefined {
  return images.find(({ id, slug }) => slug === reference || String(id) === String(reference));
}
