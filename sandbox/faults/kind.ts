import { z } from "zod";

import type { Action } from "../digitalocean/state";
import { type Counting, countingOptions, countingOf, countOption } from "./counting";
import type { Answer, Bare, Effect, Exchange, OnAction, OnAnswer, OnRequest, Verdict } from "./effect";
import { enumeration } from "./options";
import { actionOptions, concernedActions, concernedExchanges, requestOptions, withoutSecrets } from "./selection";

/** A kind of fault: what it is called, what it takes, and what it does. */
export interface Kind {
  /** Also the command: `deploy4me sandbox fault add NAME`. */
  readonly name: string;
  /** One line. */
  readonly about: string;
  /** What stands after `deploy4me sandbox fault add`. */
  readonly example: string;
  /** Everything it takes, by name. */
  readonly options: z.ZodRawShape;
  /** @throws BadFault */
  make(definition: unknown): Made;
}

/** What a definition comes to. */
export interface Made {
  readonly counting: Counting;
  readonly effect: Effect;
  /** All options, defaults included, as they are listed; a token only by its hash. */
  readonly listed: Readonly<Record<string, unknown>>;
}

/** A definition of a fault is none. The message says what would be right. */
export class BadFault extends Error {
  override readonly name = "BadFault";
  readonly code = "BAD_FAULT";
}

interface Description<Shape extends z.ZodRawShape, Own> {
  readonly name: string;
  readonly about: string;
  readonly example: string;
  /** Beside those that choose and count. */
  readonly options: Shape;
  /** How many matches are struck unless said otherwise. Default: all, until it is cleared. */
  readonly count?: number;
  readonly effect: (options: z.output<z.ZodObject<Shape>>) => Own;
}

/** A kind that strikes requests or their answers, chosen by route and token. */
export function requestKind<Shape extends z.ZodRawShape>(
  description: Description<Shape, Bare<OnRequest> | Bare<OnAnswer>>,
): Kind {
  return define(description, requestOptions, (effect, definition) => {
    const chosen = concernedExchanges(definition);
    if (effect.on === "request") {
      const { concerns = always } = effect;
      return { ...effect, concerns: (exchange: Exchange) => chosen(exchange) && concerns(exchange) };
    }
    const { concerns = always } = effect;
    return {
      ...effect,
      concerns: (exchange: Exchange, answer: Answer) => chosen(exchange) && concerns(exchange, answer),
    };
  });
}

/** A kind that strikes actions, chosen by their droplet's name. */
export function actionKind<Shape extends z.ZodRawShape>(description: Description<Shape, Bare<OnAction>>): Kind {
  return define(description, actionOptions, (effect, definition) => {
    const chosen = concernedActions(definition);
    const { concerns = always } = effect;
    return {
      ...effect,
      concerns: (action: Action, droplet: string | undefined) => chosen(droplet) && concerns(action, droplet),
    };
  });
}

/**
 * Strikes instead of the request or, when it is to be applied, instead of the answer to one that succeeded: so that
 * what is applied is applied for certain.
 * @param strike gets the answer that is lost, when there is one
 */
export function inPlace(
  applied: boolean,
  strike: (exchange: Exchange, lost: Answer | undefined, cleared: AbortSignal) => Verdict | Promise<Verdict>,
): Bare<OnRequest> | Bare<OnAnswer> {
  if (!applied) return { on: "request", strike: (exchange, cleared) => strike(exchange, undefined, cleared) };
  return { on: "answer", concerns: (exchange, { status }) => exchange.applied && status < 400, strike };
}

const always = (): boolean => true;

function define<Shape extends z.ZodRawShape, Own>(
  { name, about, example, options: own, count, effect }: Description<Shape, Own>,
  choosing: z.ZodRawShape,
  complete: (effect: Own, definition: unknown) => Effect,
): Kind {
  const options = { ...own, ...choosing, ...countingOptions, count: countOption(count ?? "unlimited") };
  const schema = z.strictObject({ kind: z.literal(name), ...options });
  const ownSchema = z.object(own);
  return {
    name,
    about,
    example,
    options,
    make(definition) {
      const result = schema.safeParse(definition);
      if (!result.success) throw new BadFault(sentence(name, options, result.error.issues[0], definition));
      const counting = countingOf(result.data);
      if (counting.seed !== undefined && counting.probability === undefined)
        throw new BadFault(`${name}: a seed is of use only with a probability.`);
      return {
        counting,
        effect: complete(effect(ownSchema.parse(definition)), result.data),
        listed: { ...withoutSecrets(result.data), ...counting },
      };
    },
  };
}

function sentence(name: string, options: z.ZodRawShape, issue: z.core.$ZodIssue | undefined, given: unknown): string {
  if (issue?.code === "unrecognized_keys")
    return `${name} takes no ${enumeration(issue.keys)}: it takes ${Object.keys(options).join(", ")}.`;
  const option = String(issue?.path[0] ?? "");
  const missing = typeof given === "object" && given !== null && !(option in given);
  return `${name}${missing ? ` needs a ${option}, which` : `: ${option}`} has to be ${issue?.message ?? "something else"}.`;
}
