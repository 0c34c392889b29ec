#include "pch_tensor.h"
#include "temper/core/error.h"
#include "temper/recipe/recipe.h"

#include <nlohmann/json.hpp>
