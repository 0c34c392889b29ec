#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "temper/recipe/recipe.h"
#include "temper/tune/search.h"

/// The settings that a search draws.
namespace temper::tune {

/// The value of a parameter in a trial, as TOML writes it. It depends on the seed, the option and
/// the trial's number alone, so that other parameters and more trials change nothing.
std::string value_text(const Search& search, const Parameter& parameter, std::int64_t trial);

/// The values of a choice in the order of the file, as TOML writes them.
std::vector<std::string> choices_of(const Parameter& parameter);

/// The recipe of a trial; -1: the base.
recipe::Recipe recipe_of(const Search& search, std::int64_t trial);

/// The path of the edit that sets a number's height: the option itself, or with a schedule that of
/// its peak. Throws Error{Code::usage} for a schedule of several pieces.
std::string height_path(const recipe::Recipe& recipe, const std::string& option);

}  // namespace temper::tune
