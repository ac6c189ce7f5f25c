/** `adminPassword` → `ADMIN_PASSWORD`: the variable that carries a parameter into `setup` and `remove`. */
export function variableName(parameter: string): string {
  return parameter.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
