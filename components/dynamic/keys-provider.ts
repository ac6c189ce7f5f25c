import { fingerprint, generateKeyPair, keyBlob, type KeyPair, withComment } from "../remote/ssh-keys";
import { diffOf, type Provider, unknownValue, writeOnce } from "./provider";

interface KeyInputs {
  readonly comment: string;
}

interface KeyState extends KeyInputs, KeyPair {
  readonly fingerprint: string;
}

export const provider: Provider<KeyInputs, KeyState> = {
  ...writeOnce,
  check: (_olds, news) => Promise.resolve({ inputs: news, failures: failuresOf(news) }),
  diff: (_id, state, news) => Promise.resolve(diffOf<KeyInputs>(state, news, ["comment"])),
  create: ({ comment }) => {
    const outs = stateOf(comment, generateKeyPair(comment));
    return Promise.resolve({ id: outs.fingerprint, outs });
  },
  update: (_id, state, { comment }) => Promise.resolve({ outs: stateOf(comment, withComment(state, comment)) }),
};

function stateOf(comment: string, pair: KeyPair): KeyState {
  return { comment, ...pair, fingerprint: fingerprint(keyBlob(pair.publicKey)) };
}

function failuresOf({ comment }: KeyInputs): { property: string; reason: string }[] {
  if (/^[\x21-\x7e]{1,200}$/.test(comment) || comment === unknownValue) return [];
  return [{ property: "comment", reason: `comment has to be one word of up to 200 characters (it is ${comment}).` }];
}
