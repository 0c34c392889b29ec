// What the commands include all the same: the command line, recipes, JSON.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "pch_recipe.h"
