#include "tests/support/options.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "temper/recipe/overloaded.h"

namespace temper::testing {
namespace {

std::size_t index_of(const std::vector<std::string_view>& names, const nlohmann::json& name) {
  const auto at = std::ranges::find(names, name.get<std::string>());
  EXPECT_NE(at, names.end()) << name;
  return at == names.end() ? 0 : static_cast<std::size_t>(at - names.begin());
}

void choose(const ChoiceView& choice, const std::function<ChoiceView()>& again,
            const nlohmann::json& value) {
  choice.select(index_of(choice.kinds, value["kind"]));
  set(again().active(), value);
}

}  // namespace

void set(const Group& options, const nlohmann::json& values) {
  for (const auto& [name, value] : values.items()) {
    if (name == "kind") continue;
    const auto item =
        std::ranges::find(options.items, name, [](const Item& i) { return i.meta.name; });
    ASSERT_NE(item, options.items.end()) << name;
    set(item->slot, value);
  }
}

void set(const Slot& slot, const nlohmann::json& value) {
  using std::function;
  std::visit(
      recipe::Overloaded{
          [&](double* to) { *to = value; }, [&](std::int64_t* to) { *to = value; },
          [&](bool* to) { *to = value; },
          [&](const function<EnumView()>& view) { view().set(index_of(view().names, value)); },
          [&](const function<Group()>& view) { set(view(), value); },
          [&](const function<OptionalView()>& view) {
            view().set_present(true);
            set(view().value(), value);
          },
          [&](const function<ChoiceView()>& view) { choose(view(), view, value); },
          [&](const function<ListView()>& view) {
            view().resize(0);  // elements start from their own defaults
            view().resize(value.size());
            for (std::size_t i = 0; i < value.size(); ++i) set(view().at(i), value[i]);
          },
          [&](const auto&) { FAIL() << "not in golden files: " << value; }},
      slot);
}

}  // namespace temper::testing
