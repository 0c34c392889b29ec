#include "temper/recipe/starter.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>

#include "temper/recipe/recipe.h"

namespace temper::recipe {

// Made from recipes/ when the build is configured; see room.cmake.
extern const std::string_view kFashionMnistRecipe;
extern const std::string_view kPicturesRecipe;

namespace {

std::string name_of_folder(const std::string& source) {
  auto path = std::filesystem::path(source).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  return path.filename().string();
}

}  // namespace

std::string starter(const std::string& source) {
  const auto text = source == "fashion-mnist" ? kFashionMnistRecipe : kPicturesRecipe;
  const auto recipe = parse(text, "starter",
                            {fmt::format("data.source={}", quote(source)),
                             fmt::format("name={}", quote(name_of_folder(source)))});
  return fmt::format(
      "# A recipe for temper. Every key may be left out; what stands here are good values to begin "
      "with.\n"
      "#   temper train FILE             trains it          --set optimizer.lr=0.05 changes a key\n"
      "#   temper list                   shows what else there is; temper explain sgd says what it "
      "does\n\n{}",
      to_toml(recipe));
}

}  // namespace temper::recipe
