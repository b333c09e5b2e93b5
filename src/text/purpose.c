/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of words, looked through from the top: the first that fits decides. '^' in front of a
 * word asks that no letter stands before it, '$' behind it that none follows.
 */
#include "text/purpose.h"

#include "base/banned.h"

enum { HOST = 1, PATH = 2, CONTEXT = 4, FILE_NAME = 8 };

struct word {
	const char *purpose;
	unsigned where;
	const char *list; /* words separated by blanks */
};

static const struct word words[] = {
	{"local", HOST,
	 "^localhost$ .local$ .lan$ .home$ .localdomain$ .internal$ .in-addr.arpa$ "
	 ".ip6.arpa$"},
	{"example", HOST,
	 "^example. .example$ .test$ .invalid$ ^yourdomain ^your- ^yourhost ^mydomain "
	 "^domain.com$ ^foo. ^bar.com$ ^host.com$ ^xxx. ^abc.com$ ^hostname. "
	 "^myserver"},
	{"namespace", HOST,
	 "^w3.org$ ^www.w3.org$ ^schemas. ^schema. ^xml. ^xmlns. ^purl. ^ns. "
	 "^docs.oasis-open.org$ ^java.sun.com$ ^relaxng.org$ ^uri. ^www.xmlsoap.org$ "
	 "^xmlsoap.org$ ^www.onvif.org$ ^www.upnp.org$ ^openoffice.org$ "
	 "^www.inkscape.org$ ^sodipodi.sourceforge.net$"},
	{"namespace", CONTEXT, "xmlns !doctype schemalocation targetnamespace encodingstyle"},
	{"namespace", PATH, ".dtd$ .xsd$ .xsl$ .wsdl$"},
	{"certificate", HOST, "^crl ^ocsp ^pki. ^cacerts. ^cps. ^certs. ^aia."},
	{"certificate", PATH, ".crl$ .crt$ .cer$ /cps$ /ocsp /rpa$ /repository$ .p7c$ .p7b$"},
	{"certificate", CONTEXT, "^crl$ ^ocsp$ distributionpoint"},
	{"licence", PATH,
	 "/license /licence /gpl /lgpl /copyleft /legal /eula /by-sa /copyright"},
	{"licence", HOST,
	 "^opensource.org$ ^www.opensource.org$ ^creativecommons.org$ ^spdx.org$ "
	 "^www.fsf.org$"},
	{"licence", CONTEXT, "licensed licence copyright gnu general"},
	{"licence", FILE_NAME, "license licence copying"},
	{"namespace", PATH, "/hnap1/"},
	{"docs", CONTEXT, "href"},
	{"source", HOST,
	 "github sourceforge gitlab bitbucket ^git. ^svn. ^cvs. ^bugs. ^bugzilla "
	 "^lists. ^ftp.gnu.org$ kernel.org$ launchpad googlecode ^code. savannah "
	 "samba.org$ openssl.org$ ^dev.openwrt.org$ busybox.net$ thekelleys.org.uk$ "
	 "netfilter.org$ freedesktop.org$ sqlite.org$ zlib.net$ isc.org$ apache.org$ "
	 "roaringpenguin strongswan.org$ openvpn.net$ libusb debian.org$ ubuntu.com$ "
	 "gnu.org$ uclibc infradead.org$ lua.org$ miniupnp. matt.ucc.asn.au$ w1.fi$ "
	 "gcc. nongnu.org$ ^www.ntp.org$ haxx.se$ curl.se$ jquery php.net$ "
	 "python.org$ perl.org$ mozilla.org$ getbootstrap sizzlejs openlayers "
	 "stackoverflow tldp.org$ die.net$ boutell.com$ dillo.org$ isoc.org$"},
	{"ddns", HOST,
	 "dyndns dynupdate ddns no-ip noip. ^freedns 3322.org oray.net oray.com "
	 "changeip.com dnsomatic dhis.org tzo.com zoneedit easydns dy.fi dtdns "
	 "dnsexit dns.he.net duckdns dynu. checkip dnsdynamic spdyn dynv6 selfhost.de "
	 "strato.de dyns. ^members. nsupdate.info 88ip opendns.com$ twoserv loopia "
	 "ovh.com$ namecheap gnudip everydns system-ns.com dnspod meibu comexe "
	 "goip.de do.de"},
	{"ddns", PATH, "/nic/update /dyndns myip="},
	{"ddns", CONTEXT, "ddns dyndns inadyn"},
	{"ddns", FILE_NAME, "ddns inadyn ez-ipupd"},
	{"probe", HOST | PATH | FILE_NAME, "speedtest speed_test speed-test"},
	{"update", PATH,
	 ".bin$ .img$ .trx$ .chk$ .ipk$ .opk$ .pkg$ .rom$ .ubi$ .fw$ .swu$ "
	 "packages.gz$ firmware fota /ota/ /upgrade /update"},
	{"update", HOST,
	 "^update ^upgrade ^firmware ^fota ^ota. ^fw. ^fwupdate ^fwup ^autoupdate "
	 "^opkg ^feeds. ^downloads.openwrt.org$ ^downloads.lede-project.org$ upgrade. "
	 "update."},
	{"update", CONTEXT,
	 "firmware upgrade fota ^ota$ fwinfo fwcheck update_url updateurl fwurl fw_url autoupdate "
	 "auto_update src/gz update_server updateserver"},
	{"ntp", CONTEXT, "ntp timeserver time_server timesrv time-server"},
	{"acs", CONTEXT, "^acs cwmp tr069 tr-069 tr098 managementserver acs_url acsurl easycwmp"},
	{"acs", HOST, "^acs ^cwmp ^tr069 ^tr-069 ^regman .acs. acs. devicemanagement"},
	{"acs", PATH, "/acs$ /acs/ /cwmp cwmpweb /tr069"},
	{"acs", FILE_NAME, "cwmp tr069 easycwmp"},
	{"ntp", HOST,
	 "^ntp .ntp. ntp. ^time. ^time- ^clock ^sntp ^stdtime .pool.ntp.org$ "
	 ".nist.gov$ ^tick. ^tock. ^swisstime ^timeserver ^chronos ^rolex ^navobs"},
	{"ntp", FILE_NAME, "ntp$ /ntp ntpclient"},
	{"stun", HOST, "^stun ^turn. ^stunserver"},
	{"stun", CONTEXT, "stun$ stunserver stun_"},
	{"voip", HOST, "^sip. ^sip- ^voip ^ims. ^iptel"},
	{"voip", CONTEXT, "^sip registrar outboundproxy outbound_proxy voip"},
	{"dns", CONTEXT,
	 "^dns nameserver resolv name-server dns1 dns2 _dns dnsserver primarydns dns_"},
	{"dns", HOST,
	 "^dns. ^resolver. ^8.8.8.8$ ^8.8.4.4$ ^1.1.1.1$ ^1.0.0.1$ ^9.9.9.9$ "
	 "^114.114.114.114$ ^114.114.115.115$ ^223.5.5.5$ ^223.6.6.6$ ^168.95. "
	 "^208.67.22 ^4.2.2. ^119.29.29.29$"},
	{"dns", FILE_NAME, "resolv.conf dnsmasq"},
	{"mail", HOST, "^smtp ^mail. ^pop. ^pop3 ^imap ^mx."},
	{"mail", CONTEXT, "smtp mailserver mail_server mailhost sendmail pop3"},
	{"telemetry", HOST,
	 "telemetry analytics ^stat. ^stats. ^report ^log. ^logs. ^logger ^track "
	 "^metrics ^collect ^crash ^umeng .umeng. google-analytics hm.baidu.com "
	 "^beacon ^probe. sentry. bugreport crashlytics"},
	{"telemetry", PATH,
	 "/telemetry /collect /stat/ /stats /report /track /crash /upload_log "
	 "/uploadlog"},
	{"telemetry", CONTEXT,
	 "telemetry analytics report_ reporturl reportserver upload_log uploadlog "
	 "crash collector"},
	{"probe", HOST,
	 "^connectivitycheck ^captive ^detectportal ^www.msftncsi.com$ "
	 "^www.msftconnecttest.com$ ^clients3.google.com$ ^www.baidu.com$ "
	 "^www.google.com$ ^www.qq.com$ ^www.yahoo.com$ ^www.microsoft.com$ "
	 "^www.sina.com"},
	{"probe", PATH, "generate_204 success.txt hotspot-detect ncsi.txt connecttest"},
	{"probe", CONTEXT, "^ping$ nslookup detect captive online_check connectivity"},
	{"cdn", HOST,
	 "^cdn .cdn. cdnjs akamai cloudfront fastly ajax.googleapis fonts.googleapis "
	 "fonts.gstatic code.jquery.com jsdelivr unpkg.com bootcdn maxcdn"},
	{"source", PATH, ".git$ /bugs/ /bugzilla bug_report .patch$ /viewvc /trac/"},
	{"docs", HOST,
	 "^docs. ^doc. ^wiki ^support. ^help. ^faq. ^manual ^forum ^blog. ^developer "
	 "ietf.org$ iana.org$ rfc- wikipedia ieee.org$ itu.int$ ^msdn. ^technet "
	 "^learn. upnp.org$ broadband-forum adobe.com$ acme.com$ ^man."},
	{"docs", PATH,
	 "/wiki /doc/ /docs/ /manual /faq /help /support readme rfc /man/ .pdf$ "
	 "tutorial"},
	{"docs", FILE_NAME, "doc/ docs/ readme changelog .md$ help/"},
	{"cloud", HOST,
	 "cloud ^mqtt ^iot .iot. ^p2p ^relay ^push ^api. ^api- ^openapi amazonaws "
	 "azure aliyun tuya ^broker ^device. ^devices. ^gw. ^gateway. ^account "
	 "^passport ^login. ^auth. ^oauth ^sso. ^rpc. ^server. ^svr ^vpn. ^app. "
	 "^remote ^connect. ^node ^register ^dispatch ^lbs. ^data."},
	{"cloud", CONTEXT, "cloud mqtt broker p2p relay iot_ remote_server serverurl server_url"},
	{"update", HOST, "^download ^dl. ^dl- ^dnld ^files. ^ftp."},
};

static bool letter(char c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9');
}

static bool has_word(const char *text, const char *word, size_t n)
{
	bool front = *word == '^', back = n && word[n - 1] == '$';
	word += front;
	n -= (size_t)front + (size_t)back;
	for (const char *p = text; (p = memmem(p, strlen(p), word, n)) != NULL; p++)
		if ((!front || p == text || !letter(p[-1])) && (!back || !letter(p[n])))
			return true;
	return false;
}

static bool has_any(const char *text, const char *list)
{
	while (text && *text && *list) {
		size_t n = strcspn(list, " ");
		if (n && has_word(text, list, n))
			return true;
		list += n + (list[n] == ' ');
	}
	return false;
}

const char *purpose_of(const struct purpose_words *w)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (((words[i].where & HOST) && has_any(w->host, words[i].list)) ||
		    ((words[i].where & PATH) && has_any(w->path, words[i].list)) ||
		    ((words[i].where & CONTEXT) && has_any(w->context, words[i].list)) ||
		    ((words[i].where & FILE_NAME) && has_any(w->file, words[i].list)))
			return words[i].purpose;
	return w->host && (strpbrk(w->host, "%$<>{}[]()*+!|") || !*w->host) ? "template" : "other";
}

bool purpose_is_code(const char *path)
{
	static const char code[] =
		".bin$ .img$ .trx$ .chk$ .ipk$ .opk$ .pkg$ .rom$ .ubi$ .fw$ .swu$ .sh$ "
		".tar$ .tgz$ .tar.gz$ .gz$ .bz2$ .xz$ .zip$ .deb$ .rpm$ .apk$ .ko$ "
		".so$ .lzma$ .elf$ .squashfs$ .itb$ .uimage$ .run$ .hex$ .lua$ .py$ "
		".pl$";
	return has_any(path, code);
}
