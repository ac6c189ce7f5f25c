import { type Certified, issueAuthority } from "../remote/certificates";
import { diffOf, type Provider, unknownValue, writeOnce } from "./provider";

interface AuthorityInputs {
  readonly commonName: string;
}

interface AuthorityState extends AuthorityInputs, Certified {}

export const provider: Provider<AuthorityInputs, AuthorityState> = {
  ...writeOnce,
  check: (_olds, news) => Promise.resolve({ inputs: news, failures: failuresOf(news) }),
  diff: (_id, state, news) => Promise.resolve(diffOf<AuthorityInputs>(state, news, ["commonName"], ["commonName"])),
  create: async ({ commonName }) => ({
    id: commonName,
    outs: { commonName, ...(await issueAuthority(commonName)) },
  }),
  update: () => Promise.reject(new Error("a certificate authority is never changed in place")),
};

/** RFC 5280 allows 64 characters (ub-common-name). */
function failuresOf({ commonName }: AuthorityInputs): { property: string; reason: string }[] {
  if (/^[\x20-\x7e]{1,64}$/.test(commonName) || commonName === unknownValue) return [];
  return [{ property: "commonName", reason: `commonName has to be 1 to 64 ASCII characters (it is ${commonName}).` }];
}
