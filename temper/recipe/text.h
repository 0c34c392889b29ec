#pragma once
#include <map>
#include <string>
#include <string_view>

#include "temper/core/fields.h"
#include "temper/schedule/schedule.h"

namespace temper::recipe {

/// The schedules of numbers, by the option's path ("optimizer.lr", "data.augment.0.p").
using Schedules = std::map<std::string, schedule::Schedule>;

/// Where a recipe's text sets an option, for messages: "recipe.toml:12:3" by the option's path, and
/// the name of the text by "".
using Places = std::map<std::string, std::string>;

/// The prefix of a message about an option, "recipe.toml:12:3: ": its place, or that of the nearest
/// enclosing table; "" where none is known.
std::string place(const Places& places, std::string_view path);

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
