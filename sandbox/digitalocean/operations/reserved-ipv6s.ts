import { finishAssignIpv6, finishUnassignIpv6 } from "../models/reserved-ipv6s";
import type { Operations } from "./operation";

export const reservedIpv6Operations: Operations = {
  assign_ip: { done: finishAssignIpv6 },
  unassign_ip: { done: finishUnassignIpv6 },
};
