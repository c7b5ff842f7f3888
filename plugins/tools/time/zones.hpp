#ifndef PLUGINS_TOOLS_TIME_ZONES_HPP
#define PLUGINS_TOOLS_TIME_ZONES_HPP
// The machine's time zone database: a folder of TZif files (Debian package tzdata).

#include <string>
#include <string_view>
#include <vector>

#include "plugins/tools/time/zone.hpp"

namespace chela::tools::time {

// No state but the folder's name; any thread. Reads files: not for the loop.
class Zones {
 public:
  explicit Zones(std::string folder = "/usr/share/zoneinfo") : folder_(std::move(folder)) {}

  // The zone of an IANA name such as "Europe/Berlin". Throws Failure: NOT_FOUND with the names that were perhaps
  // meant, UNAVAILABLE when the database is not installed. "UTC" is always there.
  Zone get(const std::string& name) const;

  // The name of the machine's own zone, by the link `localtime`; "UTC" when that says nothing.
  std::string local_name(const std::string& localtime = "/etc/localtime") const;

  // At most three names that `name` may be a slip of, best first.
  std::vector<std::string> suggest(std::string_view name) const;

 private:
  std::string folder_;
};

}  // namespace chela::tools::time
#endif
