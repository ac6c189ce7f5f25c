export { toDeployment, type DeploymentContext } from "./deployment";
export { describe, type DescribedSoftware, type DescribeOptions, type RequestDescription, secretsOf } from "./describe";
export { awsOffers } from "./aws-offers";
export { shippedOffers } from "./digitalocean-offers";
export { InvalidRequest, type RequestProblem, sentenceOf, UnreadableRequest, type UnreadableReason } from "./errors";
export { type FileOptions, parseRequestText, readRequest } from "./file";
export { type FormChoice, type FormField, type FormSection, requestForm, type RequestForm } from "./form";
export { requestJsonSchema } from "./json-schema";
export { availableClouds } from "./not-yet";
export {
  type OfferAnswers,
  type Offers,
  offersFrom,
  type Price,
  priceOf,
  type RegionOffer,
  type SizeOffer,
  UnusableOffers,
} from "./offers";
export { checkRequest, type CheckedRequest, parseRequest, type ParseOptions } from "./parse";
export { requestLimits } from "./plain";
export { offersFor, shippedOffersOf } from "./shipped-offers";
export { type Cloud, type ProjectRequest, type ProjectRequestSource, type RequestedSoftware } from "./schema";
export { endOf } from "./time-to-live";
