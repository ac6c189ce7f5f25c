export { isGone, type Owner, thisProcess } from "../connections/process";
