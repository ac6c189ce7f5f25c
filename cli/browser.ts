/**
 * Whether there is a browser on this machine that the person at this terminal sees. Who came by SSH sees another machine's.
 * @param platform as `process.platform`
 */
export function hasBrowser(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean {
  const { SSH_CONNECTION, SSH_TTY, CI, DISPLAY, WAYLAND_DISPLAY, WSL_DISTRO_NAME } = environment;
  if ([SSH_CONNECTION, SSH_TTY, CI].some(isSet)) return false;
  if (platform === "darwin" || platform === "win32") return true;
  return [DISPLAY, WAYLAND_DISPLAY, WSL_DISTRO_NAME].some(isSet);
}

/** @returns whether a program was found to open it with; what that one makes of it is not known */
export async function openInBrowser(url: string): Promise<boolean> {
  try {
    const { default: open } = await import("open");
    await open(url);
    return true;
  } catch {
    return false;
  }
}

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && variable !== "";
}
