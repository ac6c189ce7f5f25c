/** What AWS takes in one region, in US dollars: on demand, for Linux, without taxes and traffic. */
export interface RegionPrices {
  /** Of which day, or where that was not written down, of which month they are. */
  readonly date: string;
  /** An hour of a t3.nano; each next size of the family costs twice as much. */
  readonly t3Nano: number;
  /** A gigabyte of a gp3 volume for a month, with the throughput that is included. */
  readonly gp3Gb: number;
  /** A gigabyte of a snapshot for a month. */
  readonly snapshotGb: number;
  /** A gigabyte in a bucket (S3 Standard, the first 50 TB) for a month. */
  readonly bucketGb: number;
}

export interface AwsPrices {
  readonly source: string;
  /** Of which day the newest of them are. */
  readonly date: string;
  readonly regions: Readonly<Record<string, RegionPrices>>;
  /** A public IPv4 address for an hour, used or not, in every region: since 1 February 2024 (AWS News Blog, 28 July 2023). */
  readonly publicIpv4Hour: number;
  /** A zone of Route 53, for a month or a part of one; of the first 25 of an account (Route 53 pricing; on which day it was read is not recorded). */
  readonly zoneMonth: number;
  /** Hours of the month by which AWS's own calculator counts: 8,760 a year by twelve. */
  readonly hoursOfMonth: number;
}

/**
 * AWS's price lists by region (`pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonEC2/current/<region>/index.json`, and those
 * of AmazonVPC and AmazonS3), as others have written them down on the dates below; nothing here has compared them with AWS's own files.
 */
export const awsPrices: AwsPrices = {
  source: "AWS's price lists by region (EC2, EBS, VPC, S3, Route 53), on demand",
  date: "2026-10-05",
  regions: {
    "us-east-1": { date: "2026-01-19", t3Nano: 0.0052, gp3Gb: 0.08, snapshotGb: 0.05, bucketGb: 0.023 },
    "eu-central-1": { date: "2026-09", t3Nano: 0.006, gp3Gb: 0.0952, snapshotGb: 0.054, bucketGb: 0.0245 },
    "eu-west-2": { date: "2026-10-05", t3Nano: 0.0059, gp3Gb: 0.0928, snapshotGb: 0.053, bucketGb: 0.024 },
    "ap-southeast-1": { date: "2026-08-12", t3Nano: 0.0066, gp3Gb: 0.096, snapshotGb: 0.05, bucketGb: 0.025 },
  },
  publicIpv4Hour: 0.005,
  zoneMonth: 0.5,
  hoursOfMonth: 730,
};
