#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/fields.h"

namespace temper::recipe {

/// The group has an option of that name or alias.
bool has_option(const Group& group, std::string_view name);

/// Where options of that name are, among the techniques that are switched on: {"optimizer.lr"}.
std::vector<std::string> paths_of(const Group& root, std::string_view name);

/// The option at a path; nothing when there is none among the techniques that are switched on.
std::optional<Item> find(const Group& root, std::string_view path);

}  // namespace temper::recipe
