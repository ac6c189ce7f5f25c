import { type Provider, type unknownValue, writeOnce } from "./provider";

interface PresenceInputs {
  /** Not yet known in the preview of a first deployment. */
  readonly present: boolean | typeof unknownValue;
}

interface PresenceState extends PresenceInputs {
  readonly generation: number;
}

/** Only a thing that is missing is a change: while it is there, nothing ever is. */
export const provider: Provider<PresenceInputs, PresenceState> = {
  ...writeOnce,
  diff: (_id, _state, news) => Promise.resolve({ changes: news.present === false }),
  create: () => Promise.resolve({ id: "presence", outs: { present: true, generation: 1 } }),
  update: (_id, state) => Promise.resolve({ outs: { present: true, generation: state.generation + 1 } }),
};
