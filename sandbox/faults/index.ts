export { faultRoutes } from "./admin";
export { Faults, type FaultReport } from "./faults";
export { BadFault } from "./kind";
export { faultMark, injectFaults } from "./plugin";
export { sandboxWorld } from "./world";
