#pragma once
#include <map>
#include <string>
#include <string_view>

#include "temper/core/error.h"
#include "temper/core/fields.h"
#include "temper/schedule/schedule.h"

namespace temper::recipe {

/// The schedules of numbers, by the option's path ("optimizer.lr", "data.augment.0.p").
using Schedules = std::map<std::string, schedule::Schedule>;

/// Where a recipe's text sets options, by their paths; the name of the text by "".
using Places = std::map<std::string, Where>;

/// Where an error about an option occurred: the place of the option, or that of the nearest
/// enclosing table, if one is known.
Where place(const Places& places, std::string_view option);

/// The result of a call that does not know the recipe's text: an error that it throws about an
/// option gets the option's place.
template <class Call>
auto with_places(const Places& places, const Call& call) {
  try {
    return call();
  } catch (const Error& error) {
    const auto& option = error.where().option;
    if (option.empty()) throw;
    throw error.within(place(places, option));
  }
}

/// A TOML string.
std::string quote(std::string_view text);
/// A TOML number that reads back as the same double.
std::string number_text(double value);

/// An option's value as TOML on one line: `0.1`, `{ schedule = "cosine", ... }`, `false` for a
/// technique that is off.
std::string value_text(const Slot& slot, const std::string& path, const Schedules& schedules);

/// `a.b`, or `b` where `a` is empty.
std::string join(std::string_view path, std::string_view name);

}  // namespace temper::recipe
