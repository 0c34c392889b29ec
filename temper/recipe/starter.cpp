#include "temper/recipe/starter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "temper/core/printable.h"
#include "temper/recipe/recipe.h"
#include "temper/recipe/starter_texts.h"

namespace temper::recipe {

std::string run_name(const std::string& path) {
  constexpr std::array<std::string_view, 5> kFiles{".csv", ".tar", ".gz", ".bin", ".toml"};
  auto whole = std::filesystem::absolute(path).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();
  const bool file = std::ranges::find(kFiles, whole.extension().native()) != kFiles.end();
  return printable((file ? whole.stem() : whole.filename()).native());
}

std::string starter(const std::string& source, const std::string& name) {
  const auto text = source == "fashion-mnist" ? kFashionMnistRecipe : kPicturesRecipe;
  const auto recipe =
      parse(text, "starter",
            {fmt::format("data.source={}", quote(source)),
             fmt::format("name={}", quote(name.empty() ? run_name(source) : name))});
  return head() + "\n" + to_toml(recipe);
}

std::string head() {
  return "# A recipe for temper. Every key is optional; these values are a good starting point.\n"
         "#   temper train FILE             trains it; --set optimizer.lr=0.05 changes a key\n"
         "#   temper list                   lists all techniques; temper explain sgd describes "
         "one\n";
}

}  // namespace temper::recipe
