# SPDX-License-Identifier: Apache-2.0
"""
The table of test_rules: rule, what the case is, its tree, and the doors of that rule that must be shown
({} for a near miss). A tree is what `system` gives, changed in the one thing that the case is about.
"""
from lib import File, Link, elf

HASH = "$1$abcdefgh$zFIszbHUeGN6hXdo6K8GJ/"         # of a word in no list
TELNET = {"usr/sbin/telnetd": elf()}
KEY_LINE = ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0aVbv9R5p6DMH2wEX7yhMDpLKkIhOJ0dDkAl1sFQfG "
            "helper@factory\n")
KEY_PRINT = "59dd98c762b2744608e1c6d2a1353a1bc9ddf6b547def343ae180e4e21ebc43a"
SUPPORT = {"etc/passwd": "root:x:0:0:root:/root:/bin/sh\nsupport::100:100::/tmp:/bin/sh\n"}

PRIVATE = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6TLZV6u2TqSUk3uY
KajGv/KRNy0mRe33l6s3gn6ygsahRANCAATitriZb7lvDwl3kS1OqwFnKktsappD
WgcFwYi3JoB1c+G3fnqjR1CAuOMlpxZi5pKi4TNLQ9ag+Tr4pWynY+Fh
-----END PRIVATE KEY-----
"""
PRIVATE_PRINT = "57d128e4c3b363f89088e749cf31aea43cb1bdb3498f7281f7ee946853817c1b"
PUBLIC = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE4ra4mW+5bw8Jd5EtTqsBZypLbGqa
Q1oHBcGItyaAdXPht356o0dQgLjjJacWYuaSouEzS0PWoPk6+KVsp2PhYQ==
-----END PUBLIC KEY-----
"""
UPDATE = "#!/bin/sh\nwget http://firmware.hedgerow-routers.net/a.bin -O /tmp/a.bin\n"
UPDATE_URL = "http://firmware.hedgerow-routers.net/a.bin"


def system(boot="", tab="", **files):
    """A root file system that starts nothing but `boot`; names of files come in a dictionary `files`."""
    tree = {
        "bin/box": elf(), "bin/sh": Link("box"), "bin/login": Link("box"), "sbin/init": Link("../bin/box"),
        "sbin/getty": Link("../bin/box"), "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
        "etc/shadow": "root:!:19000:0:99999:7:::\n",
        "etc/inittab": "::sysinit:/etc/init.d/rcS\n" + tab,
        "etc/init.d/rcS": File("#!/bin/sh\nmount -t proc proc /proc\n" + boot, 0o755),
    }
    return tree | files.pop("files", {})


CASES = [
    # --- account-on-service
    ("account-on-service", "empty password and telnet", system("telnetd &\n", files=TELNET | SUPPORT),
     {"support telnet": "certain"}),
    ("account-on-service", "telnet only if a file is there",
     system("if [ -f /tmp/debug ]; then\n\ttelnetd &\nfi\n", files=TELNET | SUPPORT), {"support telnet": "likely"}),
    ("account-on-service", "port is not known", system("telnetd -p $DEBUG_PORT &\n", files=TELNET | SUPPORT),
     {"support telnet": "certain"}),
    ("account-on-service", "account and password in the command line of telnetd",
     system("telnetd -u service:letmein77 &\n", files=TELNET), {"service telnet": "certain"}),
    ("account-on-service", "no service", system(files=TELNET | SUPPORT), {}),
    ("account-on-service", "program is missing", system("telnetd &\n", files=SUPPORT), {}),
    ("account-on-service", "locked", system("telnetd &\n", files=TELNET | {
        "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nsupport:!:100:100::/tmp:/bin/sh\n"}), {}),
    ("account-on-service", "no shell", system("telnetd &\n", files=TELNET | {
        "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nsupport::100:100::/tmp:/bin/false\n"}), {}),
    ("account-on-service", "unknown word", system("telnetd &\n", files=TELNET | {
        "etc/passwd": f"root:x:0:0:root:/root:/bin/sh\nsupport:{HASH}:100:100::/tmp:/bin/sh\n"}), {}),
    ("account-on-service", "SSH with keys only and an empty password", system("dropbear -s\n", files=SUPPORT | {
        "usr/sbin/dropbear": elf()}), {}),
    ("account-on-service", "only on the device itself", system("telnetd -b 127.0.0.1 &\n", files=TELNET | SUPPORT), {}),

    # --- account-extra
    ("account-extra", "second user id 0", system(files={
        "etc/passwd": f"root:x:0:0::/root:/bin/sh\nmaint:{HASH}:0:0::/:/bin/sh\n"}), {"maint": "likely"}),
    ("account-extra", "another id", system(files={
        "etc/passwd": f"root:x:0:0::/root:/bin/sh\nmaint:{HASH}:10:0::/:/bin/sh\n"}), {}),
    ("account-extra", "locked", system(files={
        "etc/passwd": "root:x:0:0::/root:/bin/sh\nmaint:x:0:0::/:/bin/sh\n",
        "etc/shadow": "root:!:1:0:99999:7:::\nmaint:!:1:0:99999:7:::\n"}), {}),
    ("account-extra", "root by another name", system(files={
        "etc/passwd": f"admin:{HASH}:0:0::/root:/bin/sh\n"}), {}),

    # --- telnet-at-boot
    ("telnet-at-boot", "at boot", system("telnetd &\n", files=TELNET), {"telnet": "certain"}),
    ("telnet-at-boot", "by inetd", system("inetd\n", files=TELNET | {"usr/sbin/inetd": elf(),
        "etc/inetd.conf": "telnet stream tcp nowait root /usr/sbin/telnetd telnetd\n"}), {"telnet": "certain"}),
    ("telnet-at-boot", "on a condition", system("[ -f /tmp/debug ] && telnetd\n", files=TELNET), {"telnet": "likely"}),
    ("telnet-at-boot", "commented out", system("#telnetd &\n", files=TELNET), {}),
    ("telnet-at-boot", "printed only", system('echo "telnetd is off"\n', files=TELNET), {}),
    ("telnet-at-boot", "stopped", system("killall telnetd\n", files=TELNET), {}),
    ("telnet-at-boot", "the program is missing", system("telnetd &\n"), {}),
    ("telnet-at-boot", "only on the device itself", system("telnetd -b 127.0.0.1 &\n", files=TELNET), {}),
    ("telnet-at-boot", "inetd is not started", system(files=TELNET | {"usr/sbin/inetd": elf(),
        "etc/inetd.conf": "telnet stream tcp nowait root /usr/sbin/telnetd telnetd\n"}), {}),
    ("telnet-at-boot", "a script that nothing runs", system(files=TELNET | {
        "usr/sbin/open-telnet": File("#!/bin/sh\ntelnetd &\n", 0o755)}), {}),

    # --- login-free-service
    ("login-free-service", "a shell", system("telnetd -p 2323 -l /bin/sh\n", files=TELNET),
     {"telnet 2323": "certain"}),
    ("login-free-service", "a shell on a port that is not known",
     system("telnetd -p $DEBUG_PORT -l /bin/sh\n", files=TELNET), {"telnet": "certain"}),
    ("login-free-service", "a script that only starts a shell", system("telnetd -l /bin/open\n", files=TELNET | {
        "bin/open": File("#!/bin/sh\necho hello\nexec /bin/sh\n", 0o755)}), {"telnet 23": "certain"}),
    ("login-free-service", "a login", system("telnetd -p 2323 -l /bin/login\n", files=TELNET), {}),
    ("login-free-service", "a script that asks", system("telnetd -l /bin/open\n", files=TELNET | {
        "bin/open": File("#!/bin/sh\necho hello\nexec /bin/login\n", 0o755)}), {}),
    ("login-free-service", "commented out", system("# telnetd -p 2323 -l /bin/sh\n", files=TELNET), {}),

    # --- debug-at-boot
    ("debug-at-boot", "shell on a port", system("nc -l -p 9000 -e /bin/sh &\n", files={"usr/bin/nc": elf()}),
     {"nc": "certain"}),
    ("debug-at-boot", "debugger", system("gdbserver :2345 /usr/sbin/httpd &\n", files={"usr/bin/gdbserver": elf()}),
     {"gdbserver": "certain"}),
    ("debug-at-boot", "calls and does not listen", system("nc 192.168.1.2 9000 < /proc/version\n",
        files={"usr/bin/nc": elf()}), {}),
    ("debug-at-boot", "only on the device itself", system("gdbserver 127.0.0.1:2345 /usr/sbin/httpd &\n",
        files={"usr/bin/gdbserver": elf()}), {}),
    ("debug-at-boot", "in the image, not started", system(files={"usr/bin/gdbserver": elf()}), {}),

    # --- ftp-at-boot
    ("ftp-at-boot", "by tcpsvd", system("tcpsvd 0 21 ftpd -w /mnt &\n", files={
        "usr/bin/tcpsvd": elf(), "usr/sbin/ftpd": elf()}), {"ftp": "certain"}),
    ("ftp-at-boot", "by inetd", system("inetd\n", files={"usr/sbin/inetd": elf(), "usr/sbin/tftpd": elf(),
        "etc/inetd.conf": "tftp dgram udp wait root /usr/sbin/tftpd tftpd /tmp\n"}), {"tftp": "certain"}),
    ("ftp-at-boot", "the line is commented out", system("inetd\n", files={
        "usr/sbin/inetd": elf(), "usr/sbin/ftpd": elf(),
        "etc/inetd.conf": "#ftp stream tcp nowait root /usr/sbin/ftpd ftpd\n"}), {}),
    ("ftp-at-boot", "a client", system("tftp -g -r config 192.168.1.1\n", files={"usr/bin/tftp": elf()}), {}),

    # --- console-shell
    ("console-shell", "shell", system(tab="ttyS0::respawn:/bin/sh\n"), {"ttyS0": "certain"}),
    ("console-shell", "askfirst", system(tab="::askfirst:-/bin/sh\n"), {"console": "certain"}),
    ("console-shell", "a getty that lets root in", system(tab="ttyS0::respawn:/sbin/getty -n -l /bin/sh ttyS0 115200\n"),
     {"ttyS0": "certain"}),
    ("console-shell", "a getty", system(tab="ttyS0::respawn:/sbin/getty -L ttyS0 115200 vt100\n"), {}),
    ("console-shell", "login", system(tab="::askfirst:/bin/login\n"), {}),
    ("console-shell", "commented out", system(tab="#ttyS0::respawn:/bin/sh\n"), {}),
    ("console-shell", "a shell that runs a script", system(tab="::once:/bin/sh /etc/init.d/rcS\n"), {}),

    # --- authorized-key
    ("authorized-key", "for root", system("dropbear\n", files={"usr/sbin/dropbear": elf(),
        "root/.ssh/authorized_keys": KEY_LINE}),
     {KEY_PRINT: "certain"}),
    ("authorized-key", "commented out", system("dropbear\n", files={"usr/sbin/dropbear": elf(),
        "root/.ssh/authorized_keys": "# " + KEY_LINE}), {}),
    ("authorized-key", "empty", system("dropbear\n", files={"usr/sbin/dropbear": elf(),
        "root/.ssh/authorized_keys": "\n"}), {}),
    ("authorized-key", "the other side's key", system("dropbear\n", files={"usr/sbin/dropbear": elf(),
        "root/.ssh/known_hosts": "backup.hedgerow-routers.net " + KEY_LINE}), {}),

    # --- shared-key
    ("shared-key", "of a web server", system(files={"etc/ssl/server.key": PRIVATE}), {PRIVATE_PRINT: "likely"}),
    ("shared-key", "only the public half", system(files={"etc/ssl/server.pub": PUBLIC}), {}),
    ("shared-key", "cut off", system(files={"etc/ssl/server.key": PRIVATE[:120]}), {}),
    ("shared-key", "an empty frame in a manual", system(files={
        "etc/ssl/README": "Put -----BEGIN PRIVATE KEY----- and -----END PRIVATE KEY----- around it.\n"}), {}),

    # --- web-password
    ("web-password", "preset", system("httpd -c /etc/httpd.conf\n", files={"usr/sbin/httpd": elf(),
        "etc/httpd.conf": "/:admin:hedge1\n"}), {"admin": "likely"}),
    ("web-password", "hash of an unknown word", system("httpd -c /etc/httpd.conf\n", files={
        "usr/sbin/httpd": elf(), "etc/httpd.conf": f"/:admin:{HASH}\n"}), {}),
    ("web-password", "commented out", system("httpd -c /etc/httpd.conf\n", files={
        "usr/sbin/httpd": elf(), "etc/httpd.conf": "#/:admin:hedge1\n"}), {}),
    ("web-password", "no web server", system(files={"etc/httpd.conf": "/:admin:hedge1\n"}), {}),

    # --- snmp-community
    ("snmp-community", "may write", system("snmpd -c /etc/snmp/snmpd.conf\n", files={"usr/sbin/snmpd": elf(),
        "etc/snmp/snmpd.conf": "rwcommunity hedge-rw\n"}), {"hedge-rw": "likely"}),
    ("snmp-community", "not started", system(files={"usr/sbin/snmpd": elf(),
        "etc/snmp/snmpd.conf": "rwcommunity hedge-rw\n"}), {}),
    ("snmp-community", "commented out", system("snmpd\n", files={"usr/sbin/snmpd": elf(),
        "etc/snmp/snmpd.conf": "#rwcommunity hedge-rw\nsyslocation attic\n"}), {}),

    # --- remote-management
    ("remote-management", "preset", system("cwmpclient &\n", files={"usr/sbin/cwmpclient": elf(),
        "etc/cwmp.conf": "acs_url=http://acs.hedgerow-routers.net:7547/cwmp\n"}),
     {"acs.hedgerow-routers.net": "likely"}),
    ("remote-management", "commented out", system("cwmpclient &\n", files={"usr/sbin/cwmpclient": elf(),
        "etc/cwmp.conf": "#acs_url=http://acs.hedgerow-routers.net:7547/cwmp\n"}), {}),
    ("remote-management", "nothing calls it", system(files={
        "etc/cwmp.conf": "acs_url=http://acs.hedgerow-routers.net:7547/cwmp\n"}), {}),
    ("remote-management", "a time server", system("cwmpclient &\n", files={"usr/sbin/cwmpclient": elf(),
        "etc/ntp.conf": "server time.hedgerow-routers.net\n"}), {}),
    ("remote-management", "in the home network", system("cwmpclient &\n", files={"usr/sbin/cwmpclient": elf(),
        "etc/cwmp.conf": "acs_url=http://127.0.0.1:7547/cwmp\n"}), {}),

    # --- update-unauthenticated
    ("update-unauthenticated", "fetched and flashed", system(files={
        "usr/sbin/update": File(UPDATE + "mtd write /tmp/a.bin firmware\n", 0o755)}), {UPDATE_URL: "likely"}),
    ("update-unauthenticated", "fetched into a shell", system(files={
        "usr/sbin/update": File("#!/bin/sh\nwget -O - http://hedgerow-routers.net/run | sh\n", 0o755)}),
     {"http://hedgerow-routers.net/run": "likely"}),
    ("update-unauthenticated", "packages without signatures", system(files={
        "etc/opkg.conf": "src/gz base http://packages.hedgerow-routers.net/base\n"}),
     {"http://packages.hedgerow-routers.net/base": "likely"}),
    ("update-unauthenticated", "the signature is checked", system(files={
        "usr/sbin/update": File(UPDATE + "usign -V -m /tmp/a.bin -p /etc/a.pub && mtd write /tmp/a.bin firmware\n",
                                0o755)}), {}),
    ("update-unauthenticated", "packages with signatures", system(files={
        "etc/opkg.conf": "src/gz base http://packages.hedgerow-routers.net/base\noption check_signature\n"}), {}),
    ("update-unauthenticated", "commented out", system(files={
        "usr/sbin/update": File(UPDATE.replace("wget", "# wget") + "reboot\n", 0o755)}), {}),
    ("update-unauthenticated", "from the device itself", system(files={
        "usr/sbin/update": File(UPDATE.replace("firmware.hedgerow-routers.net", "127.0.0.1") + "sh /tmp/a.bin\n",
                                0o755)}), {}),
    ("update-unauthenticated", "a look at whether the network works", system(files={
        "usr/sbin/online": File("#!/bin/sh\nwget -q -O /dev/null http://check.hedgerow-routers.net/\n", 0o755)}), {}),

    # --- known-door
    ("known-door", "hidden address in a program", system(files={"usr/sbin/httpd": elf("/telnet?enable=")}),
     {"KD044": "likely"}),
    ("known-door", "credentials of an account", system(files={
        "etc/config.xml": '<Config><User name="default" password="tluafed"/></Config>\n'}), {"KD054": "likely"}),
    ("known-door", "another address", system(files={"usr/sbin/httpd": elf("/telnet?status=")}), {}),
    ("known-door", "credentials as words of a text", system(files={
        "usr/share/doc/motd": "The default is tluafed, said backwards.\n"}), {}),
    ("known-door", "a word list", system(files={"usr/share/wordlists/common.txt": "default:tluafed\n/telnet?enable=\n"}),
     {}),

    # --- script-command
    ("script-command", "a page that runs its parameter", system(files={
        "www/a.php": "<?php system($_GET['c']);\n"}), {"www/a.php web request: parameter 'c'": "certain"}),
    ("script-command", "part of a command", system(files={
        "www/cgi-bin/a": File("#!/bin/sh\nsh -c \"ping $FORM_host\"\n", 0o755)}),
     {"www/cgi-bin/a web request: variable 'FORM_host'": "likely"}),
    ("script-command", "quoted", system(files={
        "www/a.php": "<?php system('ls ' . escapeshellarg($_GET['c']));\n"}), {}),
    ("script-command", "after a check of the session", system(files={
        "www/a.php": "<?php if (!$_SESSION['user']) exit; system('ls ' . $_GET['c']);\n"}), {}),
    ("script-command", "commented out", system(files={"www/a.php": "<?php // system($_GET['c']);\necho $_GET['c'];\n"}), {}),

    # --- script-trigger
    ("script-trigger", "a word opens telnet", system(files={
        "www/cgi-bin/a": File("#!/bin/sh\n[ \"$QUERY_STRING\" = hedge=1 ] && telnetd -l /bin/sh\n", 0o755)}),
     {"www/cgi-bin/a hedge=1": "certain"}),
    ("script-trigger", "an address outside of the login", system(files={
        "usr/lib/lua/luci/controller/a.lua": "function index() entry({'a'}, call('act')) end\nfunction act()\n"
        " if luci.http.formvalue('x') == 'hedge' then os.execute('telnetd') end\nend\n"}),
     {"usr/lib/lua/luci/controller/a.lua hedge": "likely"}),
    ("script-trigger", "after a login", system(files={
        "usr/lib/lua/luci/controller/a.lua": "function index() entry({'admin', 'a'}, call('act')) end\nfunction act()\n"
        " if luci.http.formvalue('x') == 'hedge' then os.execute('telnetd') end\nend\n"}), {}),
    ("script-trigger", "words that say what to do", system(files={
        "www/cgi-bin/a": File("#!/bin/sh\ncase \"$QUERY_STRING\" in reboot) reboot;; up) uptime;; esac\n", 0o755)}), {}),

    # --- script-password
    ("script-password", "in a page", system(files={
        "www/a.php": "<?php if ($_POST['pass'] == 'hedgerow') $_SESSION['user'] = 'x';\n"}),
     {"www/a.php hedgerow": "certain"}),
    ("script-password", "beside the stored one", system(files={
        "usr/lib/lua/auth.lua": "function check_login(user, password)\n"
        " if password == stored(user) or password == 'hedgerow' then return true end\n return false\nend\n"}),
     {"usr/lib/lua/auth.lua hedgerow": "likely"}),
    ("script-password", "the stored one", system(files={
        "www/a.php": "<?php if (crypt($_POST['pass'], $hash) == $hash) $_SESSION['user'] = 'x';\n"}), {}),
    ("script-password", "no login", system(files={
        "www/a.php": "<?php if ($_POST['pass'] == 'hedgerow') echo 'the example of the manual';\n"}), {}),
]
