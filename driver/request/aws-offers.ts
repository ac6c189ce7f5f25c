import { awsDiskGb } from "../../programs/check";
import { awsPrices } from "./aws-prices";
import type { Offers, Price, SizeOffer } from "./offers";

/**
 * The family that is known here, smallest first: burstable, with Intel's processors (EC2 user guide, «Burstable performance
 * instances»). Each costs twice as much as the one before.
 */
const sizes: readonly (readonly [name: string, memoryMb: number, vcpus: number])[] = [
  ["nano", 512, 2],
  ["micro", 1024, 2],
  ["small", 2048, 2],
  ["medium", 4096, 2],
  ["large", 8192, 2],
  ["xlarge", 16_384, 4],
  ["2xlarge", 32_768, 8],
];

/** Of AWS's ordinary partition (AWS General Reference, «AWS Regions»). Whether an account has one switched on, only AWS can tell. */
const regions: readonly (readonly [slug: string, name: string])[] = [
  ["us-east-1", "Northern Virginia"],
  ["us-east-2", "Ohio"],
  ["us-west-1", "Northern California"],
  ["us-west-2", "Oregon"],
  ["af-south-1", "Cape Town"],
  ["ap-east-1", "Hong Kong"],
  ["ap-east-2", "Taipei"],
  ["ap-northeast-1", "Tokyo"],
  ["ap-northeast-2", "Seoul"],
  ["ap-northeast-3", "Osaka"],
  ["ap-south-1", "Mumbai"],
  ["ap-south-2", "Hyderabad"],
  ["ap-southeast-1", "Singapore"],
  ["ap-southeast-2", "Sydney"],
  ["ap-southeast-3", "Jakarta"],
  ["ap-southeast-4", "Melbourne"],
  ["ap-southeast-5", "Malaysia"],
  ["ap-southeast-6", "New Zealand"],
  ["ap-southeast-7", "Thailand"],
  ["ca-central-1", "Central Canada"],
  ["ca-west-1", "Calgary"],
  ["eu-central-1", "Frankfurt"],
  ["eu-central-2", "Zurich"],
  ["eu-north-1", "Stockholm"],
  ["eu-south-1", "Milan"],
  ["eu-south-2", "Spain"],
  ["eu-west-1", "Ireland"],
  ["eu-west-2", "London"],
  ["eu-west-3", "Paris"],
  ["il-central-1", "Tel Aviv"],
  ["me-central-1", "United Arab Emirates"],
  ["me-south-1", "Bahrain"],
  ["mx-central-1", "Central Mexico"],
  ["sa-east-1", "São Paulo"],
];

/** What comes with the product. AWS has more types of machines; one that is not here has no price here either. */
export const awsOffers: Offers = {
  cloud: "aws",
  source: awsPrices.source,
  date: awsPrices.date,
  live: false,
  regions: regions.map(([slug, name]) => ({ slug, name, available: true })),
  sizes: sizes.map(([name, memoryMb, vcpus], step): SizeOffer => {
    const priceIn = Object.fromEntries(
      Object.entries(awsPrices.regions).map(([region, { t3Nano }]) => [region, priceOfHour(t3Nano * 2 ** step)]),
    );
    const cheapest = Object.values(priceIn).reduce((least, price) => (price.hourly < least.hourly ? price : least));
    const slug = `t3.${name}`;
    return {
      slug,
      description: "Burstable",
      memoryMb,
      vcpus,
      diskGb: awsDiskGb,
      ...cheapest,
      priceIn,
      available: true,
    };
  }),
};

/** In the decimals of the price list, in whole cents for the month. */
function priceOfHour(hour: number): Price {
  const hourly = Math.round(hour * 1e6) / 1e6;
  return { hourly, monthly: Math.round(hourly * awsPrices.hoursOfMonth * 100) / 100 };
}
