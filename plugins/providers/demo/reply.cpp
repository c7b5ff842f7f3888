#include "plugins/providers/demo/reply.hpp"

#include <algorithm>

#include "chela/json.hpp"
#include "plugins/providers/demo/result_words.hpp"
#include "plugins/providers/demo/wish.hpp"

namespace chela::providers::demo {

namespace {

constexpr const char* kNotePath = "notes/demo.md";

constexpr const char* kDisclosure =
    "\n\n*I am Chela's built-in demonstration, not a language model: I follow a short script. "
    "Ask **“How do I connect a model?”** to change that.*";

constexpr const char* kConnect =
    R"(I am only the demonstration that answers while no model is connected. Any one of these connects a real one:

1. **A key in the environment**, then start the gateway again:

```sh
MODEL_PROVIDER_KEY=your-key chela gateway
```

2. **A service in `chela.json`**, under `models.providers`:

```json5
{
  models: { providers: { openai: { apiKey: "env:OPENAI_API_KEY" } } },
  agents: { defaults: { model: { primary: "openai/gpt-4o" } } },
}
```

3. **A model on this machine**: start [Ollama](https://ollama.com), for example with `ollama run llama3.2`, and it is found by itself.

After that the model answers in my place.)";

constexpr const char* kAbilities =
    R"(I am **Chela's built-in demonstration**. I follow a script instead of thinking, but everything around me is real: the streaming, the tools and the session that survives a restart. Try one of these:

- **“What time is it in Tokyo?”** – I call `current_time`
- **“List my files”** – I call `list_files`
- **“Write a note: buy bread”** – I call `write_file`
- **“Read notes/demo.md”** – I call `read_file`
- **“How do I connect a model?”** – I tell you how to replace me)";

constexpr const char* kGreeting =
    "Hello! I am the **demonstration** that answers while no model is connected, so I know a few things only. "
    "Ask me for the time, for the files in your workspace, or *“What can you do?”*";

constexpr const char* kThanks =
    "You are welcome! Whenever you like, ask *“How do I connect a model?”* and talk to a real one.";

constexpr const char* kChat =
    "I would like to answer that, but I am only the **demonstration**: a script that knows the time, your workspace "
    "files and notes. "
    "Nothing was sent anywhere.\n\nFor a real answer connect a model – ask *“How do I connect a model?”* – or try "
    "*“List my files”*.";

Reply call(const Conversation& conversation, const char* words, const char* tool, const Json& arguments) {
  if (conversation.tools.count(tool) == 0) {
    return {std::string("For that I would call the tool `") + tool +
                "`, but it is not offered to me here. The operator allows tools in the configuration, under `tools`.",
            std::nullopt};
  }
  // What comes after the tool begins a new paragraph.
  return {std::string(words) + "\n\n", ToolUse{tool, arguments.dump(-1, ' ', false, Json::error_handler_t::replace)}};
}

Reply reply_to_wish(const Conversation& conversation) {
  const WishDetails wish = wish_of(conversation.asked);
  Json arguments = Json::object();
  switch (wish.wish) {
    case Wish::kTime:
      if (!wish.time_zone.empty()) arguments["time_zone"] = wish.time_zone;
      return call(conversation, "Let me look at the clock.", "current_time", arguments);
    case Wish::kList:
      if (!wish.path.empty()) arguments["path"] = wish.path;
      return call(conversation, "Let me look into the workspace.", "list_files", arguments);
    case Wish::kRead:
      arguments["path"] = wish.path;
      return call(conversation, "Let me open that file.", "read_file", arguments);
    case Wish::kWrite:
      arguments["path"] = wish.path.empty() ? kNotePath : wish.path;
      arguments["content"] = (wish.content.empty() ? "A note by Chela's demonstration." : wish.content) + "\n";
      arguments["append"] = true;
      return call(conversation, "Let me write that down.", "write_file", arguments);
    case Wish::kConnect: return {kConnect, std::nullopt};
    case Wish::kAbilities: return {kAbilities, std::nullopt};
    case Wish::kGreeting: return {kGreeting, std::nullopt};
    case Wish::kThanks: return {kThanks, std::nullopt};
    case Wish::kChat: break;
  }
  return {kChat, std::nullopt};
}

}  // namespace

Reply reply_to(const Conversation& conversation) {
  Reply reply;
  if (!conversation.results.empty()) {
    reply.text = words_for(conversation.results.back());
  } else {
    reply = reply_to_wish(conversation);
    if (reply.tool) return reply;
  }
  const bool says_so = reply.text.find("demonstration") != std::string::npos;
  if (conversation.is_first_turn && !says_so) reply.text += kDisclosure;
  return reply;
}

std::size_t piece_length(std::string_view text) {
  constexpr std::size_t kBytesMax = 16;
  std::size_t length = 1;
  // A word takes the blanks before it along.
  bool in_word = text[0] != ' ' && text[0] != '\n';
  while (length < text.size() && length < kBytesMax) {
    const bool blank = text[length] == ' ' || text[length] == '\n';
    if (in_word && blank) break;
    in_word = in_word || !blank;
    ++length;
  }
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) ++length;
  return length;
}

}  // namespace chela::providers::demo
