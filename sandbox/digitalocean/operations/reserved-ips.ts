import { finishAssign, finishUnassign } from "../models/reserved-ips";
import type { Operations } from "./operation";

export const reservedIpOperations: Operations = {
  assign_ip: { done: finishAssign },
  unassign_ip: { done: finishUnassign },
};
