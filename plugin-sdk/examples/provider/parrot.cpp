#include "chela/json.hpp"
#include "chela/plugin.hpp"

namespace {

// Answers with the last thing that the person said, word by word. Nothing is asked of the network.
class Parrot {
 public:
  explicit Parrot(chela::Host) {}

  void complete(chela::CompletionRequest request, chela::Completion completion) {
    const std::string said = last_words(request.messages);
    for (std::size_t begin = 0; begin < said.size();) {
      const std::size_t space = said.find(' ', begin);
      const std::size_t end = space == std::string::npos ? said.size() : space + 1;
      completion.text(std::string_view(said).substr(begin, end - begin));
      begin = end;
    }
    chela::Usage usage;
    usage.input_tokens = usage.output_tokens = said.size() / 4 + 1;
    completion.usage(usage);
    completion.complete("stop");
  }

  void list_models(std::string_view, chela::Completion completion) {
    completion.text(R"([{"id":"parrot","contextWindow":8192}])");
    completion.complete("stop");
  }

 private:
  static std::string last_words(const chela::Texts& messages) {
    std::string words = "Hello!";
    for (std::string_view text : messages) {
      const auto message = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
      if (!message.is_object() || message.value("role", "") != "user") continue;
      const auto content = message.find("content");
      if (content == message.end()) continue;
      if (content->is_string()) words = content->get<std::string>();
      if (!content->is_array()) continue;
      for (const auto& part : *content) {
        if (part.is_object() && part.contains("text") && part["text"].is_string()) words = part["text"].get<std::string>();
      }
    }
    return words;
  }
};

}  // namespace

CHELA_PLUGIN(Parrot, "parrot", "1.0.0")
