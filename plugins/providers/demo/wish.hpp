#ifndef PLUGINS_PROVIDERS_DEMO_WISH_HPP
#define PLUGINS_PROVIDERS_DEMO_WISH_HPP
// What a person wants, guessed from a few English words. Pure functions, any thread.

#include <string>
#include <string_view>

namespace chela::providers::demo {

enum class Wish { kChat, kGreeting, kThanks, kAbilities, kConnect, kTime, kList, kRead, kWrite };

struct WishDetails {
  Wish wish = Wish::kChat;
  std::string path;       // of a file or folder, as it was written; may be empty
  std::string content;    // of a note
  std::string time_zone;  // IANA name; empty: the person's own
};

WishDetails wish_of(std::string_view asked);

}  // namespace chela::providers::demo
#endif
