#include "kernel/runtime/skills/scan/rules.hpp"

#include <array>

namespace chela::runtime::skills::scan {
namespace {

constexpr std::array kRules{
    // Programs that a person or the model is told to install.
    Rule{.id = "protected-archive", .weight = 70, .anchors = "pass extract",
         .pattern =
             R"((?:https?://\S{0,200}|download[^\n]{0,120})(?:\.(?:zip|rar|7z|exe|msi|dmg|pkg)\b|)"
             R"(/releases/(?:latest/)?download/)[^\n]{0,220}(?:\bpass(?:word|code|phrase)?\b\s*(?:is|=|:|for|\x60|)"
             R"("|')|extract(?:ed)?\s+(?:it\s+|the archive\s+)?(?:using|with)\s*(?:the\s+)?(?:pass|key|:|\x60)))",
         .unless = R"(your[- ]password|--password|<password>|password-protect|\$\{?\w*pass|secret|token|user)",
         .sentence = "A download is protected by a password that stands beside it: no scanner looks inside."},
    Rule{.id = "archive-password", .weight = 50, .part = Part::prose, .reach = 300,
         .anchors = "archive_password extract_using pass:_ zip_password",
         .pattern =
             R"(https?://\S{0,200}\.(?:zip|rar|7z)\b[\s\S]{0,200}?(?:(?:archive|zip)\s+password|extract using|)"
             R"(\(pass:))",
         .sentence = "A linked archive comes with its password."},
    Rule{.id = "paste-site-command", .weight = 70, .part = Part::prose, .reach = 300,
         .anchors =
             "glot.io rentry. pastebin paste.ee hastebin justpaste controlc. ghostbin dpaste 0x0.st ix.io "
             "termbin paste.rs telegra.ph",
         .pattern =
             R"((?:<paste>[^\n]{0,250}?\b(?:terminal|powershell|command prompt|execute|run (?:it|this|the)|)"
             R"(paste it|installation (?:script|command))|\b(?:terminal|powershell|)"
             R"(command prompt)\b[^\n]{0,120}?<paste>))",
         .unless = R"(<quoted>|<placeholder>|/xxx)",
         .sentence = "A page where anybody may leave text is named as the source of a command to run."},
    Rule{.id = "host-product-elsewhere", .weight = 60, .part = Part::prose, .reach = 320,
         .anchors = "openclaw clawdbot moltbot open-claw clawhub",
         .pattern =
             R"((?:<host-product>[^\n]{0,60}?\b(?:must be|is required|required|to be installed|)"
             R"(needs to be)[\s\S]{0,260}?https?://\S+|(?:requires?|need|install|)"
             R"(download)[^\n]{0,40}?<host-product>[^\n]{0,120}?\b(?:to be installed|installed|to function|)"
             R"(utility|required)\b[\s\S]{0,240}?https?://\S+))",
         .unless = R"(<official>|clawhub\.(?:ai|com)|npx |pnpm |npm )",
         .sentence = "A program that bears the host's name is said to be required and comes from elsewhere."},
    Rule{.id = "host-product-domain", .weight = 50, .part = Part::prose,
         .anchors = "openclaw clawdbot moltbot open-claw clawhub",
         .pattern = R"(https?://(?:[\w-]+\.)?<host-product>[\w-]*\.[a-z][\w.-]+)", .unless = R"(<official>)",
         .sentence = "A site bears the host's name and a product's that the host does not have."},
    Rule{.id = "setup-from-product-domain", .weight = 50, .part = Part::prose, .reach = 260,
         .anchors = "openclaw clawdbot moltbot open-claw clawhub",
         .pattern =
             R"((?:\b(?:set-?up|install\w*|download|required|)"
             R"(prerequisites?)\b[\s\S]{0,200}?https?://(?:[\w-]+\.)?<host-product>[\w-]*\.[a-z][\w.-]+|)"
             R"(https?://(?:[\w-]+\.)?<host-product>[\w-]*\.[a-z][^\n]{0,100}\b(?:install|download|set-?up)\b))",
         .unless = R"(<official>)",
         .sentence = "Something is to be installed from a site that only bears the host's name."},
    Rule{.id = "program-to-run-first", .weight = 40, .part = Part::prose, .reach = 400,
         .anchors = "releases/download releases/latest .zip .exe .dmg .msi",
         .pattern =
             R"((?:windows|prerequisite|required|)"
             R"(before using)[\s\S]{0,200}?https?://\S{0,200}(?:/releases/(?:latest/)?download/|\.(?:zip|exe|dmg|)"
             R"(msi)\b)[\s\S]{0,200}?\b(?:run|execute|launch|open)\b[\s\S]{0,40}?\b(?:executable|file|before|)"
             R"(\w+\.(?:exe|msi)|it\b))",
         .sentence = "A program from a release page is to be run by hand before the skill works."},
    Rule{.id = "requirement-phrase", .weight = 25, .part = Part::prose,
         .anchors =
             "must_be_installed must_be_running to_function. will_not_work before_using_this_skill "
             "to_be_installed before_proceeding",
         .pattern =
             R"((?:must be (?:installed|running) before (?:using )?(?:this|the) skill|executable must be running|)"
             R"(operations? require \S[^\n]{0,60} to function|requires [\w() -]{2,40} to be installed on (?:your|)"
             R"(windows|mac)|without \S[^\n]{0,60} installed,[^\n]{0,80} will not work|)"
             R"(into terminal before proceeding))",
         .sentence = "The skill is said to be useless before something else is installed and run."},
    Rule{.id = "paste-into-terminal", .weight = 20, .part = Part::prose, .anchors = "terminal powershell",
         .pattern =
             R"((?:copy|paste)[^\n]{0,80}\b(?:in|into|to)\s+(?:your\s+|the\s+)?(?:terminal|powershell)\b|)"
             R"((?:open terminal and execute|copy the command|execute the following command in your terminal))",
         .sentence = "A person is told to paste a command into a terminal."},

    // Commands.
    Rule{.id = "encoded-to-shell", .weight = 70, .anchors = "base64 xxd openssl_enc",
         .pattern =
             R"((?:base64\s+(?:-d|-D|--decode|-di)\b|xxd\s+-r\b|openssl\s+(?:enc\s+)?-?base64\s+-d)[^\n|]{0,80}\|)"
             R"(\s*(?:<shell>|(?:python3?|perl|node)\s*(?:-\s|$|["\x60\')]))|(?:eval|<shell>\s+-c|)"
             R"(source)\s+["'\x60]?\$?\(?[^\n]{0,300}base64\s+(?:-d|-D|--decode))",
         .unless = R"(<quoted>|<base64>|\.\.\.)",
         .sentence = "Encoded text is decoded straight into a shell."},
    Rule{.id = "fetch-and-run", .weight = 5, .anchors = "curl wget iwr irm invoke- download",
         .pattern =
             R"(<fetch>[^\n]{0,200}\|\s*<run>|<shell>\s+-c\s+["']?\$\(\s*<fetch>|<shell>\s+<\(\s*<fetch>|)"
             R"(\biex\b[^\n]{0,60}<fetch>)",
         .sentence = "What a server sends is run unseen."},
    Rule{.id = "fetch-and-run-bare-address", .weight = 95, .anchors = "curl wget iwr irm invoke- download",
         .pattern =
             R"((?:<fetch>[^\n]{0,120}https?://<address>[^\n]{0,160}(?:\|\s*<run>|&&\s*(?:chmod|<shell>|\./))|)"
             R"(<shell>\s+(?:-c\s+)?["'<]?\$?\(\s*<fetch>[^\n]{0,60}https?://<address>|)"
             R"(\biex\b[^\n]{0,80}https?://<address>))",
         .unless = R"(<local>|<regex>)",
         .sentence = "What a server without a name sends is run unseen."},
    Rule{.id = "fetch-and-run-odd-host", .weight = 70, .anchors = "curl wget iwr irm invoke- download",
         .pattern =
             R"(<fetch>[^\n]{0,120}(?:<paste>|<short>|<tunnel>|<catcher>)[^\n]{0,160}\|\s*<run>|)"
             R"((?:<shell>\s+(?:-c\s+)?["'<]?\$?\(\s*|\biex\b[^\n]{0,40})<fetch>[^\n]{0,60}(?:<paste>|<short>|)"
             R"(<tunnel>|<catcher>))",
         .unless = R"(<quoted>|<placeholder>|/raw/x+\b)",
         .sentence = "What a paste site, a link shortener or a tunnel sends is run unseen."},
    Rule{.id = "reverse-shell", .weight = 60, .anchors = "/dev/tcp/ nc_ ncat mkfifo dup2 pty.spawn tcpclient socat",
         .pattern =
             R"(<shell>\s+-i\s*(?:>&|<&|[0-9]*>)\s*/dev/tcp/[\w.-]+/\d|/dev/tcp/<address>/\d+|\bn(?:c|)"
             R"(cat)\b[^\n]{0,60}\s-[a-z]*e\s*(?:/bin/)?(?:ba|z)?sh|mkfifo\s+\S+[^\n]{0,120}\|\s*nc\b|)"
             R"(os\.dup2\(\s*\w+\.fileno\(\)|pty\.spawn\(\s*["'](?:/bin/)?(?:ba)?sh|Net\.Sockets\.TCPClient\(|)"
             R"(socat\b[^\n]{0,60}exec:["']?(?:/bin/)?(?:ba)?sh)",
         .unless = R"(<quoted>|<local>|<ip>|ATTACKER|LHOST|nc -l|listen|os\.dup2\(s\.fileno\(\)[^\n]{0,5}\x60)",
         .sentence = "A shell is handed to whoever listens at the other end of a connection."},
    Rule{.id = "encoded-powershell", .weight = 50, .anchors = "-enc -e_ frombase64string",
         .pattern =
             R"(powershell(?:\.exe)?\b[^\n]{0,120}\s-e(?:nc|ncodedcommand)?\s+[a-z0-9+/]{40,}|\biex\b[\s(\[]+[^\n|)"
             R"(]{0,80}frombase64string\()",
         .sentence = "PowerShell is given a command that cannot be read."},
    Rule{.id = "encoded-text", .weight = 40,
         .anchors =
             "base64 atob( b64decode frombase64string -enc ahr0c odhrw h0dha y3vyb n1cmw l2jpbi9 vymlul 3jhc2 "
             "ywnr aw1wb3 awdub3 \\x63 \\x68 \\x2f",
         .pattern = R"([a-z0-9+/_-]{24,}={0,2}|(?:\\x[0-9a-f]{2}){12,})", .encoded = true,
         .sentence = "Encoded text hides something that these rules know."},
    Rule{.id = "run-decoded", .weight = 50, .part = Part::code, .anchors = "eval exec function(",
         .pattern =
             R"(\b(?:eval|exec)\s*\(\s*(?:compile\(\s*)?(?:atob|base64\.b64decode|b64decode|buffer\.from|)"
             R"(zlib\.decompress|marshal\.loads|codecs\.decode|bytes\.fromhex)\s*\(|new function\(\s*atob\()",
         .unless = R"(<quoted>)",
         .sentence = "Code is decoded and run."},
    Rule{.id = "run-fetched", .weight = 50, .part = Part::code, .anchors = "eval exec function(",
         .pattern =
             R"(\b(?:eval|exec)\s*\(\s*(?:await\s+)?(?:\(?\s*await\s+)?(?:fetch|requests\.get|)"
             R"(urllib\.request\.urlopen|urlopen|axios\.get)\s*\()",
         .unless = R"(<quoted>)",
         .sentence = "Code is fetched and run."},
    Rule{.id = "quarantine-removed", .weight = 40,
         .anchors = "com.apple.quarantine master-disable set-mppreference setenforce disablerealtime",
         .pattern =
             R"(xattr\s+-\w*[rdc]\w*\s+(?:com\.apple\.quarantine\s+)?(?:/tmp|\S*download|\$)|)"
             R"(spctl\s+--master-disable|set-mppreference\s+-disable|disablerealtimemonitoring\s+\$?true)",
         .sentence = "The system's own check of downloaded programs is switched off."},
    Rule{.id = "mining", .weight = 45, .anchors = "xmrig stratum+ minerd cryptonight coinhive",
         .pattern = R"(\bxmrig\b[^\n]{0,120}(?:-o|--url|stratum)|stratum\+(?:tcp|ssl)://[\w.-]+:\d+|coinhive\.min\.js)",
         .unless = R"(<quoted>|\\\+|xmrig,)",
         .sentence = "Computing time goes to a miner of coins."},

    // Secrets that leave.
    Rule{.id = "secret-file", .weight = 8,
         .anchors =
             ".ssh id_rsa .aws/credentials .netrc .npmrc .pypirc .kube/config .docker/config .gnupg "
             ".git-credentials gcloud keychain login_data cookies. wallet.dat .openclaw/ .clawdbot/ .moltbot/ "
             ".clawd/ /etc/shadow .env",
         .pattern = R"(<secret>)",
         .sentence = "A file where secrets are kept is named."},
    Rule{.id = "request-catcher", .weight = 25,
         .anchors =
             "webhook.site requestbin requestcatcher pipedream beeceptor hookbin burpcollab oastify interact.sh "
             "oast. canarytokens discord api.telegram.org/bot",
         .pattern = R"(https?://[\w.-]*<catcher>[/\w.-]*)",
         .unless = R"(<quoted>|webhook\.site/?(?:\.\.\.|[\s"'\x60)]|$)|123456789|/\.\.\.|your|xxx)",
         .sentence = "A host that collects whatever is sent to it is addressed."},
    Rule{.id = "secret-sent", .weight = 80,
         .anchors =
             ".ssh id_rsa .aws/credentials .netrc .npmrc .kube/config .gnupg .git-credentials keychain "
             "login_data wallet.dat .openclaw/ .clawdbot/ .moltbot/ /etc/shadow .env",
         .pattern =
             R"((?:cat|tar|zip|base64|gpg)\b[^\n]{0,80}<secret>[^\n]{0,120}\|[^\n]{0,80}(?:curl|wget|nc)\b|)"
             R"(curl\b[^\n]{0,160}(?:-d|-F|-T|--data\S*|--upload-file|)"
             R"(--form)\s*["']?[^\n"']{0,60}@?[^\n]{0,20}<secret>|curl\b[^\n]{0,200}\$\(\s*(?:cat|)"
             R"(base64)[^\n)]{0,60}<secret>)",
         .unless = R"(<quoted>|<placeholder>)",
         .sentence = "A file where secrets are kept is sent away."},
    Rule{.id = "environment-sent", .weight = 60, .anchors = "env_ printenv environ process.env",
         .pattern =
             R"((?:\benv\b|\bprintenv\b)\s*(?:\|\s*base64[^\n|]{0,20})?\|\s*(?:curl|wget|nc)\b|)"
             R"(curl\b[^\n]{0,200}(?:-d|--data\S*)\s*["']?[^\n]{0,20}\$\(\s*(?:env|printenv)\b|)"
             R"((?:json\.dumps\(\s*dict\(\s*os\.environ|data\s*=\s*dict\(os\.environ|)"
             R"(body:\s*json\.stringify\(\s*(?:\{[^\n}]{0,40})?process\.env\s*[,})]))",
         .unless = R"(<quoted>|<placeholder>)",
         .sentence = "All variables of the environment are sent away."},
    Rule{.id = "browser-store-read", .weight = 30,
         .anchors =
             "login_data cookies.sqlite binarycookies find-generic-password find-internet-password "
             "dump-keychain wallet.dat seed.txt local_extension_settings",
         .pattern =
             R"((?:sqlite3?|cp|cat|copy\w*|open|select)\b[^\n]{0,120}(?:Login Data|cookies\.sqlite|)"
             R"(Cookies\.binarycookies)|security\s+dump-keychain|(?:cat|cp|find)\b[^\n]{0,80}(?:wallet\.dat|)"
             R"(seed\.txt|Local Extension Settings))",
         .unless = R"(<quoted>)",
         .sentence = "Passwords or cookies that a browser keeps are read."},
    Rule{.id = "several-secret-files", .weight = 15,
         .anchors = ".ssh id_rsa .aws/credentials .netrc .npmrc .kube/config .gnupg .git-credentials",
         .pattern = R"(<secret>[^\n]{0,60}<secret>)", .unless = R"(<quoted>)",
         .sentence = "Several files where secrets are kept are named together."},
    Rule{.id = "all-variables-read", .weight = 10, .part = Part::code, .anchors = "os.environ process.env",
         .pattern =
             R"(\bin\s+os\.environ\.items\(|dict\(\s*os\.environ\s*\)|object\.(?:entries|)"
             R"(keys)\(\s*process\.env\s*\)|json\.stringify\(\s*process\.env\s*\))",
         .sentence = "All variables of the environment are gone through."},
    Rule{.id = "data-sent", .weight = 1,
         .anchors = "requests.post request( fetch( curl urlopen( axios.post httpx.post sendbeacon",
         .pattern =
             R"(\b(?:requests|httpx|axios)\.post\(|https?\.request\(\s*\{|)"
             R"(fetch\([^\n]{0,120}method['"]?:\s*["']post|curl\b[^\n]{0,120}\s(?:-X\s*POST|-d|--data\S*|-F|-T|)"
             R"(--upload-file)\s|urlopen\(|sendbeacon\()",
         .sentence = "Data is sent to a server."},
    Rule{.id = "data-in-names", .weight = 40, .anchors = "dig_ nslookup host_",
         .pattern = R"(\b(?:dig|nslookup)\b[^\n]{0,60}\$[({]?\w+[)}]?\.[\w-]+\.[\w.-]+)",
         .unless = R"(<quoted>|\$\{?(?:domain|host|sub|name|d|target)\w*)",
         .sentence = "Data leaves in the names that a name server is asked for."},
    Rule{.id = "decodes", .weight = 1, .part = Part::code, .anchors = "b64decode atob( 'base64' \"base64\" fromhex(",
         .pattern =
             R"(\w+\s*=\s*[^\n]{0,40}(?:b64decode\(|\batob\(|buffer\.from\([^\n]{0,80}["']base64["']|)"
             R"(bytes\.fromhex\())",
         .sentence = "Something is decoded."},
    Rule{.id = "runs-text", .weight = 3, .part = Part::code, .anchors = "exec( eval( os.system( execsync( function(",
         .pattern =
             R"((?:^|[^\w.])(?:exec|eval)\(\s*\w*(?:decod|payload|code|cmd|script|src)\w*(?:\.decode\(\S{0,10}\)|)"
             R"(\.tostring\(\))?\s*[,)]|os\.system\(\s*\w*(?:decod|payload)\w*\s*\)|new function\(\s*\w+\s*\)\s*\()",
         .unless = R"(<quoted>)", .sentence = "Text that was put together is run."},
    Rule{.id = "session-hook", .weight = 3, .anchors = "sessionstart pretooluse posttooluse userpromptsubmit",
         .pattern = R"(["'](?:sessionstart|pretooluse|posttooluse|userpromptsubmit)["'])",
         .sentence = "Something is hooked into every session."},
    Rule{.id = "wallet-key-asked", .weight = 20, .part = Part::prose,
         .anchors = "seed_phrase recovery_phrase mnemonic wallet_private private_key_of",
         .pattern = R"(\b(?:enter|paste|provide|send|share|submit|upload|give)\b[^\n]{0,60}<wallet>)",
         .unless = R"(never|do not|don.t|not\b)",
         .sentence = "The key of a wallet is asked for."},
    Rule{.id = "send-secrets-told", .weight = 60, .part = Part::prose,
         .anchors = "credential .env api_key id_rsa private_key secret",
         .pattern =
             R"(\b(?:read|collect|gather|include|extract)\b[^\n]{0,100}(?:credentials|<secret>|api keys?|)"
             R"(private keys?|secrets)\b[^\n]{0,120}\b(?:send|post|upload|transmit|forward|)"
             R"(exfiltrate)\b[^\n]{0,60}https?://)",
         .unless = R"(never|do not|don.t|detect|malicious|attack|example)",
         .sentence = "The model is told to collect secrets and to send them somewhere."},

    // What speaks to the model alone.
    Rule{.id = "hidden-tag-text", .weight = 70, .anchors = "\xf3\xa0\x80 \xf3\xa0\x81",
         .pattern = R"([\x{E0020}-\x{E007E}]{8,})",
         .sentence = "Text in invisible tag characters, which a model reads and a person does not see."},
    Rule{.id = "hidden-tag-command", .weight = 40, .anchors = "\xf3\xa0\x80 \xf3\xa0\x81",
         .pattern = R"([\x{E0020}-\x{E007E}]{12,})",
         .encoded = true, .sentence = "The invisible tag characters say something that these rules know."},
    Rule{.id = "hidden-run", .weight = 60,
         .anchors =
             "\xe2\x80\x8b \xe2\x80\x8c \xe2\x80\x8d \xe2\x81\xa0 \xe2\x81\xa2 \xe2\x81\xa3 \xe2\x81\xa4 "
             "\xf3\xa0\x84 \xf3\xa0\x85",
         .pattern = R"((?:[\x{200B}-\x{200D}\x{2060}-\x{2064}]{12,}|[\x{E0100}-\x{E01EF}]{6,}))",
         .sentence = "A run of characters without width, long enough to carry a message."},
    Rule{.id = "split-word", .weight = 15, .anchors = "\xe2\x80\x8b \xe2\x80\x8c \xe2\x80\x8d \xe2\x81\xa0 \xc2\xad",
         .pattern = R"([a-z][\x{200B}-\x{200D}\x{2060}\x{00AD}]{1,4}[a-z])",
         .sentence = "A word is split by characters without width."},
    Rule{.id = "direction-override", .weight = 30, .anchors = "\xe2\x80\xad \xe2\x80\xae",
         .pattern = R"([\x{202D}\x{202E}][^\n]{1,80})",
         .sentence = "Direction marks let a line look different from what it says."},
    Rule{.id = "prompt-override", .weight = 15, .anchors = "ignore disregard forget override",
         .pattern =
             R"(\b(?:ignore|disregard|forget|override)\s+(?:all\s+|any\s+)?(?:of\s+)?(?:the\s+|)"
             R"(your\s+)?(?:previous|prior|above|earlier|existing|system)\s+(?:instructions|prompts?|rules|)"
             R"(guidelines|directives))",
         .unless =
             R"(detect|attempt|injection|pattern|attack|malicious|["'\x60“]\s*(?:ignore|disregard|forget|)"
             R"(override)|e\.g\.|such as|like|regex|\\s)",
         .sentence = "The model is told to forget what it was told before."},
    Rule{.id = "kept-from-user", .weight = 15, .part = Part::prose,
         .anchors =
             "tell_the_user mention inform_the_user the_user_know silently without_telling without_informing "
             "from_the_user",
         .pattern =
             R"(\b(?:do not|don.t|never)\s+(?:tell|mention|inform|reveal|disclose)\b[^\n]{0,40}\b(?:this|the user|)"
             R"(that you)|silently (?:send|post|upload|run|execute|collect|append|exfiltrate)|without (?:telling|)"
             R"(informing|notifying) the user|hide (?:this|it) from the user)",
         .unless = R"(detect|malicious|attack|injection|pattern|never silently|not silently)",
         .sentence = "Something is to be kept from the user."},
    Rule{.id = "hidden-comment", .weight = 30, .part = Part::prose, .reach = 300, .anchors = "<!--",
         .pattern =
             R"(<!--[\s\S]{0,200}?(?:ignore (?:all |the )?previous|you must (?:now )?(?:run|execute|send|read)|)"
             R"((?:send|post|upload)[^\n]{0,60}https?://|curl\s+-|system override|do not (?:tell|mention|)"
             R"(inform))[\s\S]{0,80}?)",
         .unless = R"(REMOVED|<quoted>)",
         .sentence = "A comment that a page does not show gives the model orders."},
    Rule{.id = "safety-off", .weight = 20, .anchors = "disable bypass turn_off dangerously autoapprove exec-approvals",
         .pattern =
             R"((?:dangerouslydisablesandbox|autoapproveall|disableapprovals?)["']?\s*[:=]\s*["']?true|)"
             R"(\b(?:disable|bypass|turn off|skip)\s+(?:all\s+)?(?:the\s+|your\s+)?(?:safety (?:checks?|filters?|)"
             R"(guidelines|guardrails)|guardrails|content filters?|security (?:checks|policies|warnings)|)"
             R"(exec(?:ution)? approvals?))",
         .unless = R"(<quoted>|do not|don.t|cannot|must not|attempt)",
         .sentence = "A safeguard is switched off, or the model is told to pass it by."},
    Rule{.id = "memory-poisoning", .weight = 20,
         .anchors = "soul.md agents.md memory.md claude.md heartbeat.md identity.md",
         .pattern =
             R"((?:echo|printf|cat)\b[^\n]{0,200}>>?\s*\S*(?:soul|agents|memory|claude|heartbeat|identity)\.md|)"
             R"(\b(?:append|write|add|inject|insert)\b[^\n]{0,120}\b(?:to|into|in)\s+\S{0,30}(?:soul|agents|)"
             R"(claude|identity)\.md[^\n]{0,120}(?:always|permanent|every session|persist|survive|silently))",
         .sentence = "What the model remembers between sessions is written by the skill."},

    // What stays, and where it comes from.
    Rule{.id = "persistence", .weight = 10,
         .anchors = "crontab launchagents launchctl .bashrc .zshrc .profile systemctl schtasks currentversion\\run",
         .pattern =
             R"(crontab\s+-(?:\s|$)|\|\s*crontab|library/launchagents/\S+\.plist|launchctl\s+(?:load|bootstrap)|)"
             R"(>>\s*\S*\.(?:bashrc|zshrc|bash_profile|profile)\b|systemctl\s+(?:--user\s+)?enable|)"
             R"(schtasks\s+/create|currentversion\\+run\b)",
         .sentence = "Something is made to start by itself."},
    Rule{.id = "persistent-fetch", .weight = 50, .anchors = "crontab sessionstart launchagents .bashrc .zshrc",
         .pattern =
             R"((?:crontab|>>\s*\S*\.(?:bashrc|zshrc|profile))[^\n]{0,200}<fetch>[^\n]{0,120}\|\s*<run>|)"
             R"(<fetch>[^\n]{0,120}\|\s*<run>[^\n]{0,160}(?:crontab|>>\s*\S*\.(?:bashrc|zshrc)))",
         .unless = R"(<quoted>)",
         .sentence = "What a server sends is run again and again."},
    Rule{.id = "bare-address", .weight = 8, .anchors = "://0 ://1 ://2 ://3 ://4 ://5 ://6 ://7 ://8 ://9",
         .pattern = R"(https?://<address>(?::\d+)?)", .unless = R"(<local>|0\.0\.0\.0)",
         .sentence = "A server is addressed without a name."},
    Rule{.id = "odd-host", .weight = 8,
         .anchors =
             "glot.io rentry. pastebin paste.ee hastebin justpaste bit.ly tinyurl cutt.ly ngrok trycloudflare "
             "serveo loca.lt bore.pub",
         .pattern = R"(https?://\S{0,60}?(?:<paste>|<short>|<tunnel>))",
         .sentence = "A paste site, a link shortener or a tunnel is addressed."},
    Rule{.id = "odd-registry", .weight = 30, .anchors = "--registry index-url --trusted-host",
         .pattern =
             R"(\bnpm\b[^\n]{0,120}--registry[= ]+https?://\S+|)"
             R"(pip3?\s+install\b[^\n]{0,120}(?:--(?:extra-)?index-url[= ]+https?://\S+|--trusted-host))",
         .unless =
             R"(registry\.npmjs\.org|npmmirror|taobao|tuna|aliyun|tencent|pypi\.org|download\.pytorch|)"
             R"(pypi\.nvidia|npm\.pkg\.github|localhost|127\.0|ustc|douban|huawei|pythonhosted|\$|<|your|example|)"
             R"(company|internal)",
         .sentence = "Packages come from a registry of somebody's own."},
    Rule{.id = "unpinned-dependency", .weight = 1, .anchors = "npx pip_install pip3_install npm_install",
         .pattern =
             R"(\bnpx\s+(?:-y|--yes)\s+[@\w/-]+(?:@latest)?(?:\s|$|\x60|")|)"
             R"(pip3?\s+install\s+(?:-\S+\s+)*[a-z][\w-]*(?:\s|$|\x60)|npm\s+(?:i|)"
             R"(install)\s+(?:-g\s+)?[@a-z][\w/-]*(?:\s|$|\x60))",
         .sentence = "A dependency is installed in whatever version there is."},
    Rule{.id = "install-by-command", .weight = 8, .anchors = "\"shell\" \"script\" \"exec\" kind:_shell",
         .pattern = R"("?kind"?\s*:\s*"?(?:shell|script|exec)\b)",
         .sentence = "An installation step is a command of its own."},
    Rule{.id = "always-in-prompt", .weight = 3, .part = Part::prose, .anchors = "always",
         .pattern = R"("?always"?\s*:\s*true)",
         .sentence = "The skill asks to be in every prompt."},
    Rule{.id = "destructive", .weight = 15, .anchors = "rm_-rf rm_-fr mkfs del_/",
         .pattern =
             R"(\brm\s+-(?:rf|fr)\s+(?:--no-preserve-root\s+)?["']?(?:/|~|\$HOME)/?["'*]*(?:\s|$|;|\x60)|)"
             R"(mkfs\.\w+\s+/dev/|dd\s+if=/dev/(?:zero|random)\s+of=/dev/sd)",
         .unless =
             R"(detect|pattern|block|dangerous|never|deny|denied|❌|danger|destructive|refuse|e\.g\.|like|such as|)"
             R"(regex)",
         .sentence = "Whole trees of files are removed."},
};

constexpr std::array kCombinations{
    Combination{"secret-to-catcher", 70, 400, "request-catcher", "secret-file",
                "A file of secrets and a host that collects what it is sent stand in one file."},
    Combination{"required-then-encoded", 30, 60, "encoded-to-shell", "paste-into-terminal",
                "A person is told to paste an encoded command."},
    Combination{"required-and-protected", 30, 60, "protected-archive", "requirement-phrase",
                "What is said to be required hides behind a password."},
    Combination{"required-and-host-product", 40, 40, "host-product-elsewhere", "requirement-phrase",
                "The skill does nothing without a stranger's program that bears the host's name."},
    Combination{"protected-program", 30, 20, "archive-password", "program-to-run-first",
                "A program to be run by hand hides behind a password."},
    Combination{"required-paste", 30, 60, "paste-site-command", "requirement-phrase",
                "What is said to be required comes from a paste site."},
    Combination{"browser-store-sent", 70, 30, "browser-store-read", "data-sent",
                "What a browser or a wallet keeps is read, and data is sent beside it."},
    Combination{"secrets-sent", 80, 15, "several-secret-files", "data-sent",
                "Files of secrets are gathered, and data is sent beside them."},
    Combination{"variables-sent", 50, 25, "all-variables-read", "data-sent",
                "All variables of the environment are gone through, and data is sent beside it."},
    Combination{"decoded-and-run", 50, 6, "decodes", "runs-text",
                "Code is decoded and run."},
    Combination{"hook-fetches", 50, 12, "session-hook", "fetch-and-run",
                "What a server sends is run in every session."},
};

}  // namespace

std::span<const Rule> rules() { return kRules; }
std::span<const Combination> combinations() { return kCombinations; }

}  // namespace chela::runtime::skills::scan
