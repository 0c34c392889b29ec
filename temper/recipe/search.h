#pragma once
#include <functional>
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

/// Calls `visit` with each struct of options in the techniques that are switched on, and its path.
void for_each_group(const Group& root,
                    const std::function<void(const std::string& path, const Group&)>& visit);

/// The option at a path, or the number at a place of a list of numbers ("weights.1"), with the
/// list's Meta; nullopt if the techniques that are switched on have none there.
std::optional<Item> find(const Group& root, std::string_view path);

/// The path with the names of options in place of their aliases: "optimizer.lr" for
/// "optimizer.learning_rate". What is no option of the techniques that are switched on stays.
std::string canonical_path(const Group& root, std::string_view path);

}  // namespace temper::recipe
