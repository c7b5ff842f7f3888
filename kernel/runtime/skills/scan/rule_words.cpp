#include "kernel/runtime/skills/scan/rules.hpp"

#include <array>

namespace chela::runtime::skills::scan {
namespace {

// Building blocks of the patterns below.
constexpr std::array kWords{
    Word{"<shell>", R"((?:sudo\s+(?:-\S+\s+){0,3})?(?:/usr)?(?:/bin/|/usr/bin/env\s+)?(?:ba|z|da|k)?sh\b)"},
    Word{"<run>", R"((?:<shell>|(?:sudo\s+)?(?:python3?|node|perl|ruby|osascript|iex|invoke-expression)\b))"},
    Word{"<fetch>", R"((?:curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod|downloadstring|downloadfile)\b)"},
    Word{"<address>", R"((?:(?:\d{1,3}\.){3}\d{1,3}|0x[0-9a-f]{8}|\[[0-9a-f]*:[0-9a-f:]+\]))"},
    Word{"<local>",
         R"((?:\b(?:127|10|0)\.\d+\.\d+\.\d+|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|\b(?:1\.2\.3\.4|)"
         R"(8\.8\.8\.8|1\.1\.1\.1)\b|(?:203\.0\.113|198\.51\.100|192\.0\.2)\.\d))"},
    Word{"<paste>",
         R"((?:glot\.io/snippets|rentry\.(?:co|org)|pastebin\.com|paste\.ee|hastebin\.com|justpaste\.it|)"
         R"(controlc\.com|ghostbin\.\w+|dpaste\.\w+|0x0\.st|ix\.io|termbin\.com|privatebin\.\w+|paste\.rs|)"
         R"(telegra\.ph))"},
    Word{"<short>", R"((?:bit\.ly|tinyurl\.com|is\.gd|cutt\.ly|rebrand\.ly|rb\.gy|shorturl\.at|t\.ly)/)"},
    Word{"<tunnel>",
         R"((?:[\w-]+\.)?(?:ngrok(?:-free)?\.(?:io|app|dev)|trycloudflare\.com|serveo\.net|loca\.lt|)"
         R"(localhost\.run|bore\.pub))"},
    Word{"<catcher>",
         R"((?:webhook\.site|requestbin\.\w+|requestcatcher\.com|pipedream\.net|beeceptor\.com|hookbin\.com|)"
         R"(burpcollaborator\.net|oastify\.com|interact\.sh|oast\.(?:fun|pro|live|site|online|me)|)"
         R"(canarytokens\.com|discord(?:app)?\.com/api/webhooks/\d{6,}|api\.telegram\.org/bot\d{6,}))"},
    Word{"<secret>",
         R"((?:\.ssh/(?:id_\w+|\*|authorized_keys)|\bid_rsa\b|\.aws/credentials|\.netrc\b|\.npmrc\b|\.pypirc|)"
         R"(\.kube/config|\.docker/config\.json|\.gnupg|\.git-credentials|\.config/gcloud|login\.keychain|)"
         R"(Login Data|cookies\.sqlite|Cookies\.binarycookies|wallet\.dat|\.(?:openclaw|clawdbot|moltbot|)"
         R"(clawd)/(?:\.env|credentials|openclaw\.json|clawdbot\.json)|/etc/shadow|(?:~|\$HOME|)"
         R"(home\w*\(\)[^\n]{0,20})/?[^\s\w]{0,4}\.env\b))"},
    Word{"<wallet>",
         R"((?:seed phrase|secret recovery phrase|mnemonic(?: phrase)?|wallet private key|)"
         R"(private key of (?:your|the) wallet))"},
    Word{"<host-product>",
         R"((?:open-?claw|clawd-?bot|molt-?bot|clawd?-?hub)[-_ ]?(?:cli|core|agent|provider|driver|win\w*|)"
         R"(auth\w*|tool|helper|runtime|setup|utility|client|package|bridge|service|engine|connector|installer))"},
    Word{"<placeholder>",
         R"((?:\b(?:evil|attacker|malicious|bad|hacker|example)[\w-]*\.(?:com|org|net|site|io|example|sh)\b|)"
         R"(\bexfil\.|<[\w -]+>|\bxxx\b|abc123|\*\*\*))"},
    Word{"<regex>", R"((?:\\s[*+]|\\\(|\(\?:|\[\^|\.\*|re\.compile|\bregex))"},
    Word{"<quoted>",
         R"((?:<regex>|\b(?:detect|scan|flag|block|pattern|malicious|malware|attack|exfiltrat|dangerous|)"
         R"(suspicious|injection|obfuscat|red flag|ioc)|❌|🚫|🚨|\bnever\b))"},
    Word{"<official>",
         R"((?:docs\.openclaw\.ai|//(?:www\.)?openclaw\.ai|docs\.clawd\.bot|docs\.molt\.bot|)"
         R"(github\.com/openclaw/|npm (?:i|install) -g|npmjs\.com))"},
};

}  // namespace

std::span<const Word> words() { return kWords; }

}  // namespace chela::runtime::skills::scan
