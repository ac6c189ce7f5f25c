import { randomInt } from "node:crypto";
import { readlink } from "node:fs/promises";
import { join } from "node:path";

import { run } from "../storage/command";
import { disk } from "./layout";
import { inSpace } from "./space";

/**
 * Writes root's new password into the disk of a machine that is off: the file in what it has changed, or a changed copy
 * of the image's. No program of the machine is run, and no link of its making is followed.
 */
const script = `use strict; use Fcntl;
my ($upper, $lower, $salt) = @ARGV;
my $password = <STDIN>;
chomp $password;
my $hash = crypt($password, $salt);
length($hash // "") > 20 or die "this machine's crypt does not know SHA-512\\n";
my $etc = "$upper/etc";
-l $etc and die "its /etc is a link\\n";
-d $etc or mkdir $etc, 0755 or die "$etc: $!\\n";
my ($from) = grep { -f $_ && !-l $_ } "$etc/shadow", "$lower/etc/shadow";
defined $from or die "it has no /etc/shadow\\n";
sysopen(my $old, $from, O_RDONLY | O_NOFOLLOW) or die "$from: $!\\n";
my ($mode, $uid, $gid) = (stat $old)[2, 4, 5];
my $today = int(time / 86400);
my @lines = map { s/^root:[^:]*:[^:]*:/root:$hash:$today:/r } <$old>;
grep { /^root:/ } @lines or die "its /etc/shadow has no root\\n";
unlink "$etc/.shadow.new";
sysopen(my $new, "$etc/.shadow.new", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600) or die "$etc: $!\\n";
chown $uid, $gid, $new;
chmod $mode & 07777, $new;
print $new @lines or die "$etc: $!\\n";
close $new or die "$etc: $!\\n";
rename "$etc/.shadow.new", "$etc/shadow" or die "$etc: $!\\n";
`;

const saltLetters = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** @param folder The folder of a machine that is off. */
export async function setRootPassword(folder: string, password: string): Promise<void> {
  if (password === "" || /[\0\n]/.test(password)) throw new RangeError("this can't be a password");
  const lower = await readlink(join(folder, disk.lower));
  const salt = Array.from({ length: 16 }, () => saltLetters[randomInt(saltLetters.length)]).join("");
  // The password goes by standard input: arguments can be seen by every process.
  const command = ["perl", "-e", script, join(folder, disk.upper), lower, `$6$${salt}$`] as const;
  await run(inSpace(folder, undefined, command), { action: "resetting root's password", input: `${password}\n` });
}
