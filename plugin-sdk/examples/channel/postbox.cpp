#include <map>

#include "chela/json.hpp"
#include "chela/plugin.hpp"

namespace {

// POST /postbox brings {"id", "from", "text"} with an account's token; replies go to https://postbox.example/letters.
class Postbox {
 public:
  explicit Postbox(chela::Host host) : host_(host) {}

  void connect(chela::ChannelAccount account, chela::ChannelCall call) {
    const auto token = chela::JsonReader(account.settings, "settings").get<std::string>("token");
    if (token.size() < 16) throw chela::Failure(CHELA_INVALID_ARGUMENT, "settings.token: 16 characters at least");
    tokens_[account.account] = token;
    call.complete(R"({"running":true,"connected":true})");
  }

  void disconnect(chela::ChannelAccount account, chela::ChannelCall call) {
    tokens_.erase(account.account);
    call.complete("{}");
  }

  void send(chela::ChannelMessage message, chela::ChannelCall call) {
    auto token = tokens_.find(message.account);
    if (token == tokens_.end()) throw chela::Failure(CHELA_UNAVAILABLE, "the account is not connected");
    chela::HttpRequest request;
    request.method = "POST";
    request.url = "https://postbox.example/letters";
    request.headers = {{"authorization", "Bearer " + token->second}, {"idempotency-key", message.idempotency_key}};
    request.body = chela::to_text({{"to", message.to}, {"text", message.text}});
    const std::uint64_t id = message.call_id;
    letters_[id] = host_.http().fetch(request, [this, id, call = std::move(call)](chela::HttpResponse sent) mutable {
      const chela::HttpCall done = std::move(letters_[id]);
      letters_.erase(id);
      const auto status = sent.head.status;
      if (sent.outcome != CHELA_OK) return void(call.fail(sent.outcome, sent.error));
      if (status == 429) return void(call.fail(CHELA_EXHAUSTED, "too many letters", 60'000));
      if (status >= 500) return void(call.fail(CHELA_UNAVAILABLE, "the postbox does not work now"));
      if (status != 200) return void(call.fail(CHELA_DENIED, "the postbox says " + std::to_string(status)));
      const auto given = chela::JsonReader(sent.body, "answer").get<std::string>("id");
      call.complete(chela::to_text({{"messageId", given}}));
    });
  }

  // A letter is acknowledged when it is stored, so that none is lost; the gateway drops those that come twice.
  void handle(chela::RouteRequest request, chela::RouteResponse response) {
    const std::string* token = request.find_header("x-token");
    const std::string account = token == nullptr ? "" : account_of(*token);
    if (account.empty()) return void(response.send(401, "text/plain", "no account has this token\n"));
    chela::JsonReader letter(request.body, "letter");
    chela::InboundMessage message;
    message.channel = "postbox";
    message.account = account;
    message.message_id = letter.get<std::string>("id");
    message.peer = message.sender = letter.get<std::string>("from");
    message.text = letter.get<std::string>("text");
    host_.inbound().receive(message, [response = std::move(response)](chela_status status, std::string_view) mutable {
      const bool taken = status == CHELA_OK || status == CHELA_DENIED;
      response.send(taken ? 200 : 503, "text/plain", taken ? "taken\n" : "bring it again\n");
    });
  }

 private:
  // Looks at every byte whatever differs: the time says nothing of the token.
  std::string account_of(const std::string& token) const {
    std::string found;
    for (const auto& account : tokens_) {
      unsigned differs = token.size() != account.second.size();
      for (std::size_t i = 0; i < account.second.size(); ++i)
        differs |= (i < token.size() ? token[i] : 0) ^ account.second[i];
      if (differs == 0) found = account.first;
    }
    return found;
  }

  chela::Host host_;
  std::map<std::string, std::string> tokens_;  // by account
  std::map<std::uint64_t, chela::HttpCall> letters_;
};

}  // namespace

CHELA_PLUGIN(Postbox, "postbox", "1.0.0")
