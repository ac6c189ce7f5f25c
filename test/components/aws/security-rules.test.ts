import { bastionRules, type SecurityRule, serverRules } from "../../../components/aws/security-rules";

const args = { adminAccess: ["203.0.113.7/32", "2001:db8::/64"], softwarePorts: [8080, 80, 8080] };

const inWords = (rules: readonly SecurityRule[]): string[] =>
  rules.map(
    ({ direction, protocol, from, to, peer }) =>
      `${direction} ${protocol}/${from}${to === undefined ? "" : `-${to}`} ${"group" in peer ? peer.group : peer.range}`,
  );

test("the bastion is reached by visitors, by administrators, and by servers for its services; out it gets to package sources and servers", () => {
  expect(inWords(bastionRules(args))).toEqual([
    "ingress tcp/80 0.0.0.0/0",
    "ingress tcp/80 ::/0",
    "ingress tcp/443 0.0.0.0/0",
    "ingress tcp/443 ::/0",
    "ingress tcp/22 203.0.113.7/32",
    "ingress tcp/22 2001:db8::/64",
    "ingress tcp/3128 server",
    "ingress tcp/53 server",
    "ingress udp/53 server",
    "ingress udp/123 server",
    "ingress icmp/3-4 0.0.0.0/0",
    "ingress icmpv6/2-0 ::/0",
    "egress tcp/80 0.0.0.0/0",
    "egress tcp/80 ::/0",
    "egress tcp/443 0.0.0.0/0",
    "egress tcp/443 ::/0",
    "egress tcp/53 0.0.0.0/0",
    "egress tcp/53 ::/0",
    "egress udp/53 0.0.0.0/0",
    "egress udp/53 ::/0",
    "egress udp/123 0.0.0.0/0",
    "egress udp/123 ::/0",
    "egress tcp/22 server",
    "egress tcp/80 server",
    "egress tcp/8080 server",
  ]);
});

test("a server is reached by the bastion and reaches the bastion: no range is in its rules", () => {
  expect(inWords(serverRules(args))).toEqual([
    "ingress tcp/22 bastion",
    "ingress tcp/80 bastion",
    "ingress tcp/8080 bastion",
    "egress tcp/3128 bastion",
    "egress tcp/53 bastion",
    "egress udp/53 bastion",
    "egress udp/123 bastion",
  ]);
});

test("what one group lets out to the other, the other lets in", () => {
  const bastion = bastionRules(args);
  const server = serverRules(args);
  const between = (rules: readonly SecurityRule[], direction: string, group: string) =>
    rules
      .filter((rule) => rule.direction === direction && "group" in rule.peer && rule.peer.group === group)
      .map(({ protocol, from }) => `${protocol}/${from}`)
      .sort();
  expect(between(bastion, "egress", "server")).toEqual(between(server, "ingress", "bastion"));
  expect(between(server, "egress", "bastion")).toEqual(between(bastion, "ingress", "server"));
});

test("each rule of a direction has a key of its own: it is part of a resource's name", () => {
  for (const rules of [bastionRules(args), serverRules(args)]) {
    const keys = rules.map(({ direction, key }) => `${direction} ${key}`);
    expect(new Set(keys).size).toBe(keys.length);
  }
});
