import { awsOffers } from "./aws-offers";
import { shippedOffers as digitalOceanOffers } from "./digitalocean-offers";
import type { Offers } from "./offers";
import type { Cloud } from "./schema";

/** What came with the product, by cloud. */
export const shippedOffersOf: Readonly<Record<Cloud, Offers>> = { digitalocean: digitalOceanOffers, aws: awsOffers };

/** Of those given the ones of a cloud, or else what came with the product. */
export function offersFor(cloud: Cloud, given: Offers | readonly Offers[]): Offers {
  return [given].flat().find((offers) => offers.cloud === cloud) ?? shippedOffersOf[cloud];
}
