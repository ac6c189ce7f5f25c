import type { Mistake } from "./cloud";

/** Mistakes that are mistakes on every cloud. The deployment beside the one that is refused has 10.20.0.0/24. */
export const commonMistakes: readonly Mistake[] = [
  {
    title: "a software that the catalogue does not have",
    config: { software: [{ name: "wiki", software: "mediawikki" }] },
    sentence: /software\[0\]\.software has to be one of dokuwiki, wordpress \(it is mediawikki\)\./,
  },
  {
    title: "administrators whose range overlaps the private network",
    config: { adminAccess: ["10.77.0.0/25"] },
    sentence: /adminAccess\[0\] must not overlap networkRange 10\.77\.0\.0\/24: .* \(it is 10\.77\.0\.0\/25\)\./,
  },
  {
    title: "a name that DNS can't carry",
    config: { software: [{ name: "our_wiki", software: "dokuwiki" }] },
    sentence: /software\[0\]\.name has to be a DNS label: .* \(it is our_wiki\)\./,
  },
  {
    title: "admin access from nowhere",
    config: { adminAccess: [] },
    sentence: /adminAccess has to name the address ranges of your administrators, .* \(it is an empty list\)\./,
  },
  {
    title: "admin access from everywhere",
    config: { adminAccess: ["0.0.0.0/0"] },
    sentence: /adminAccess\[0\] must not be the whole internet unless .* \(it is 0\.0\.0\.0\/0\)\./,
  },
  {
    title: "a certificate issuer that there is not",
    config: { tls: { issuer: "nobody" } },
    sentence: /tls\.issuer has to be one of acme, private-ca \(it is nobody\)\./,
  },
];
