#include "temper/recipe/starter.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>

#include "temper/core/printable.h"
#include "temper/recipe/recipe.h"
#include "temper/recipe/starter_texts.h"

namespace temper::recipe {

std::string name_of_source(const std::string& source) {
  auto path = std::filesystem::absolute(source).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const auto ending = path.extension();
  const bool file = ending == ".csv" || ending == ".tar" || ending == ".gz" || ending == ".bin";
  return printable((file ? path.stem() : path.filename()).native());
}

std::string starter(const std::string& source) {
  const auto text = source == "fashion-mnist" ? kFashionMnistRecipe : kPicturesRecipe;
  const auto recipe = parse(text, "starter",
                            {fmt::format("data.source={}", quote(source)),
                             fmt::format("name={}", quote(name_of_source(source)))});
  return head() + "\n" + to_toml(recipe);
}

std::string head() {
  return "# A recipe for temper. Every key is optional; these values are a good starting point.\n"
         "#   temper train FILE             trains it; --set optimizer.lr=0.05 changes a key\n"
         "#   temper list                   lists all techniques; temper explain sgd describes "
         "one\n";
}

}  // namespace temper::recipe
