#include "temper/recipe/complete.h"

#include <algorithm>
#include <utility>

#include "temper/recipe/overloaded.h"
#include "temper/recipe/recipe.h"
#include "temper/recipe/text.h"

namespace temper::recipe {
namespace {

using Groups = std::function<Group()>;
using Choices = std::function<ChoiceView()>;
using Optionals = std::function<OptionalView()>;
using Lists = std::function<ListView()>;
using Names = std::vector<std::string_view>;

/// The value of an optional technique, switched on.
Slot switched_on(const Optionals& view) {
  const auto optional = view();
  optional.set_present(true);
  return optional.value();
}

/// The names among the values that an option accepts.
Names names_of(const Slot& slot) {
  return std::visit(
      Overloaded{[](bool*) { return Names{"true", "false"}; }, [](Auto*) { return Names{"auto"}; },
                 [](const std::function<EnumView()>& view) { return view().names; },
                 [](const Choices& view) { return view().kinds; },
                 [](const Optionals& view) {
                   Names names{"true", "false"};
                   const auto inside = names_of(switched_on(view));
                   names.insert(names.end(), inside.begin(), inside.end());
                   return names;
                 },
                 [](const auto&) { return Names{}; }},
      slot);
}

/// Whether keys lead into an option: it is a table, or has a schedule or elements.
bool has_keys(const Meta& meta, const Slot& slot) {
  return std::visit(
      Overloaded{[&](double*) { return meta.scheduled; }, [](const Groups&) { return true; },
                 [](const Choices&) { return true; }, [](const Lists&) { return true; },
                 [&](const Optionals& view) { return has_keys(meta, switched_on(view)); },
                 [](const auto&) { return false; }},
      slot);
}

/// Walks from the root along the typed keys, so that tables that contain themselves need no care.
class Completer {
 public:
  explicit Completer(std::string_view typed) : typed_(typed) {}

  void options(const Group& group, const std::string& path) {
    for (const auto& item : group.items) option(item.meta, item.slot, join(path, item.meta.name));
  }

  EditCompletion result;

 private:
  void option(const Meta& meta, const Slot& slot, const std::string& path) {
    if (!std::holds_alternative<Groups>(slot)) assignment(path, meta.meaning, names_of(slot));
    if (std::holds_alternative<std::string*>(slot) && typed_.starts_with(path + "="))
      result.text = true;
    const auto inside = path + ".";
    if (typed_.starts_with(inside))
      below(meta, slot, path);
    else if (has_keys(meta, slot))
      offer(inside, meta.meaning);
  }

  void below(const Meta& meta, const Slot& slot, const std::string& path) {
    std::visit(Overloaded{[&](const Groups& view) { options(view(), path); },
                          [&](const Choices& view) { kinds(view(), "kind", meta, path); },
                          [&](const Optionals& view) { below(meta, switched_on(view), path); },
                          [&](const Lists& view) {
                            const auto element = view().fresh();
                            option(meta, element.slot, join(path, index_after(path)));
                          },
                          [&](double*) {
                            if (!meta.scheduled) return;
                            schedule::Schedule any;
                            kinds(std::get<Choices>(temper::slot(any))(), "schedule", meta, path);
                          },
                          [](const auto&) {}},
               slot);
  }

  void kinds(const ChoiceView& choice, std::string_view key, const Meta& meta,
             const std::string& path) {
    assignment(join(path, key), meta.meaning, choice.kinds);
    for (std::size_t i = 0; i < choice.kinds.size(); ++i) options(choice.defaults(i), path);
  }

  /// The list's index that was typed; 0 before there is one.
  [[nodiscard]] std::string index_after(const std::string& path) const {
    const auto rest = typed_.substr(path.size() + 1);
    const std::string digits(rest.substr(0, rest.find_first_not_of("0123456789")));
    return digits.empty() ? "0" : digits;
  }

  void assignment(const std::string& path, std::string_view meaning, const Names& values) {
    const auto start = path + "=";
    if (!typed_.starts_with(start)) return offer(start, meaning);
    for (const auto value : values) offer(start + std::string(value), "");
  }

  /// Adds what begins with the typed text, once: several kinds may have options of one name.
  void offer(const std::string& text, std::string_view meaning) {
    if (text.starts_with(typed_) &&
        std::ranges::find(result.candidates, text, &EditCompletion::Candidate::text) ==
            result.candidates.end())
      result.candidates.push_back({text, std::string(meaning)});
  }

  std::string_view typed_;
};

}  // namespace

EditCompletion complete_edit(std::string_view typed) {
  return complete_edit(typed, fresh_group<Recipe>());
}

EditCompletion complete_evaluation_edit(std::string_view typed) {
  auto completion = complete_edit(typed);
  std::erase_if(completion.candidates, [](const EditCompletion::Candidate& candidate) {
    return !candidate.text.starts_with("evaluation.");
  });
  completion.text = completion.text && typed.starts_with("evaluation.");
  return completion;
}

EditCompletion complete_edit(std::string_view typed, const Group& options) {
  Completer completer(typed);
  completer.options(options, "");
  return std::move(completer.result);
}

}  // namespace temper::recipe
