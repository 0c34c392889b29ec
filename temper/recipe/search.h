#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/fields.h"

namespace temper::recipe {

/// Whether the group has an option of that name or alias.
bool has_option(const Group& group, std::string_view name);

/// The paths of all options of that name in the techniques that are switched on:
/// {"optimizer.lr"}.
std::vector<std::string> paths_of(const Group& root, std::string_view name);

/// The option at a path; nullopt if the techniques that are switched on have none there.
std::optional<Item> find(const Group& root, std::string_view path);

}  // namespace temper::recipe
