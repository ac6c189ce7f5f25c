import type { Family } from "./rules";

/** Names as iptables has them, and the numbers that the kernel gives back. */
const types: Readonly<Record<Family, Readonly<Record<string, string>>>> = {
  ipv4: {
    "echo-reply": "0",
    "destination-unreachable": "3",
    "fragmentation-needed": "3/4",
    redirect: "5",
    "echo-request": "8",
    "router-advertisement": "9",
    "router-solicitation": "10",
    "time-exceeded": "11",
    "parameter-problem": "12",
  },
  ipv6: {
    "destination-unreachable": "1",
    "packet-too-big": "2",
    "time-exceeded": "3",
    "parameter-problem": "4",
    "echo-request": "128",
    "echo-reply": "129",
    "router-solicitation": "133",
    "router-advertisement": "134",
    "neighbour-solicitation": "135",
    "neighbour-advertisement": "136",
    redirect: "137",
  },
};

/** @returns nothing when there is no such type */
export function icmpNumber(family: Family, type: string): string | undefined {
  const named = types[family][type];
  if (named !== undefined) return named;
  const [number, code, ...rest] = type.split("/");
  const numbers = code === undefined ? [number] : [number, code];
  const right =
    rest.length === 0 && numbers.every((text) => /^(0|[1-9]\d{0,2})$/.test(text ?? "") && Number(text) < 256);
  return right ? type : undefined;
}

export function icmpNames(family: Family): string[] {
  return Object.keys(types[family]);
}
