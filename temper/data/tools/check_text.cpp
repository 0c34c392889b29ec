// The result of a check as text and as JSON.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "temper/core/printable.h"
#include "temper/data/tools/check.h"

namespace temper::data {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kClassesShown = 20;
constexpr std::size_t kNotesShown = 20;
constexpr std::size_t kOfOneGroup = 4;

std::string counted(std::size_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

std::string range(std::int64_t low, std::int64_t high) {
  return low == high ? fmt::format("{}", low) : fmt::format("{} to {}", low, high);
}

std::string about_set(const CheckedSet& set, std::int64_t channels) {
  const auto readable = set.images - std::ssize(set.bad);
  auto text = fmt::format("{:<12}{} pictures", set.name, set.images);
  if (set.unlabelled > 0)
    text += fmt::format(", {} of them without a {}", set.unlabelled,
                        set.values.empty() ? "label" : "value");
  if (!set.per_class.empty()) {
    const auto [low, high] = std::ranges::minmax(set.per_class);
    text += fmt::format(", {} per class", range(low, high));
  }
  if (readable > 0)
    text += fmt::format("\n{:<12}{} pixels high, {} wide, median shorter side {}", "",
                        range(set.sizes.smallest_height, set.sizes.largest_height),
                        range(set.sizes.smallest_width, set.sizes.largest_width),
                        set.sizes.median_side);
  if (channels == 3 && set.gray > 0)
    text += fmt::format("\n{:<12}{} gray", "",
                        counted(static_cast<std::size_t>(set.gray), "picture is", "pictures are"));
  return text + "\n";
}

/// The number of training images per class: of all classes, or the largest and smallest of many.
std::string about_classes(const Check& check) {
  const auto& counts = check.sets.front().per_class;
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const bool all = counts.size() <= kClassesShown;
  if (!all) std::ranges::stable_sort(order, [&](auto a, auto b) { return counts[a] > counts[b]; });
  auto text = fmt::format("{:<12}{}\n", "classes",
                          all ? fmt::format("{}", counts.size())
                              : fmt::format("{}, the largest and the smallest:", counts.size()));
  constexpr std::size_t ends = 5;
  for (std::size_t k = 0; k < order.size(); ++k) {
    if (!all && k == ends) {
      text += fmt::format("{:<14}...\n", "");
      k = order.size() - ends;
    }
    text +=
        fmt::format("{:<14}{:>8}  {}\n", "", counts[order[k]], printable(check.classes[order[k]]));
  }
  return text;
}

std::string about_values(const Check& check) {
  auto text = fmt::format("{:<12}{}\n", "values", check.value_names.size());
  for (std::size_t k = 0; k < check.value_names.size(); ++k)
    for (const auto& set : check.sets) {
      const auto& v = set.values[k];
      text += fmt::format(
          "{:<14}{}, {}: {:.6g} to {:.6g}, mean {:.6g}, standard deviation {:.6g}\n", "",
          printable(check.value_names[k]), set.name, v.smallest, v.largest, v.mean, v.deviation);
    }
  return text;
}

std::string about_pixels(const Check& check) {
  const auto& n = check.normalisation;
  if (n.mean.empty()) return "";
  return fmt::format(
      "{:<12}mean [{:.4f}], standard deviation [{:.4f}] (training set, scaled to [0, 1])\n",
      "pixels", fmt::join(n.mean, ", "), fmt::join(n.std, ", "));
}

std::string about_bad(const Check& check) {
  std::string text;
  for (const auto& set : check.sets) {
    if (set.bad.empty()) continue;
    text += fmt::format("{} of the {} set can't be read:\n",
                        counted(set.bad.size(), "picture", "pictures"), set.name);
    for (const auto& bad : set.bad)
      text += fmt::format("  {}: {}\n", printable(bad.where), bad.reason);
  }
  return text;
}

std::string targets_text(const Duplicates::One& one, const Check& check) {
  if (!check.value_names.empty())
    return one.values.empty() ? "no value" : fmt::format("{}", fmt::join(one.values, ", "));
  return one.label < 0 ? "no label" : printable(check.classes[static_cast<std::size_t>(one.label)]);
}

std::string about_group(const Duplicates& group, const Check& check) {
  std::string text;
  const auto shown = std::min(group.pictures.size(), kOfOneGroup);
  for (std::size_t k = 0; k < shown; ++k) {
    const auto& one = group.pictures[k];
    text += fmt::format("{}{} ({}, {})", k == 0 ? "  " : "\n    = ", printable(one.where), one.set,
                        targets_text(one, check));
  }
  if (shown < group.pictures.size())
    text += fmt::format("\n    and {} more", group.pictures.size() - shown);
  return text + "\n";
}

template <class Wanted>
std::string about_duplicates(const Check& check, std::string_view title, const Wanted& wanted) {
  std::string text;
  std::size_t count = 0;
  for (const auto& group : check.duplicates)
    if (wanted(group) && ++count <= kNotesShown) text += about_group(group, check);
  if (count == 0) return "";
  if (count > kNotesShown) text += fmt::format("  and {} more\n", count - kNotesShown);
  return fmt::format("{} {}:\n{}", counted(count, "picture", "pictures"), title, text);
}

std::string about_odd_files(const Check& check) {
  if (check.odd_files.empty()) return "";
  std::string text = check.unread.empty() ? "" : check.unread + "\n";
  text += fmt::format("{} not read, or of another type than the name says:\n",
                      counted(check.odd_files.size(), "file or folder", "files or folders"));
  for (std::size_t k = 0; k < std::min(check.odd_files.size(), kNotesShown); ++k)
    text +=
        fmt::format("  {}: {}\n", printable(check.odd_files[k].path), check.odd_files[k].reason);
  if (check.odd_files.size() > kNotesShown)
    text += fmt::format("  and {} more; --json lists all\n", check.odd_files.size() - kNotesShown);
  return text;
}

std::string about_digest(const Check& check) {
  if (!check.digest) return "";
  const auto& [names, contents] = *check.digest;
  return fmt::format(
      "{0:<12}{1}  classes, names, labels and sizes: \"data\" in a run's environment.json\n"
      "{2:<12}{3}  bytes of the images: \"data_contents\" there\n",
      "digest", names, "", contents);
}

ordered_json json_of(const CheckedSet& set, const Check& check) {
  auto counts = ordered_json::object();
  for (std::size_t c = 0; c < set.per_class.size(); ++c)
    counts[check.classes[c]] = set.per_class[c];
  auto values = ordered_json::object();
  for (std::size_t k = 0; k < set.values.size(); ++k)
    values[check.value_names[k]] = {{"smallest", set.values[k].smallest},
                                    {"largest", set.values[k].largest},
                                    {"mean", set.values[k].mean},
                                    {"deviation", set.values[k].deviation}};
  auto bad = ordered_json::array();
  for (const auto& one : set.bad) bad.push_back({{"image", one.where}, {"reason", one.reason}});
  return {{"set", set.name},
          {"images", set.images},
          {"unlabelled", set.unlabelled},
          {"per_class", std::move(counts)},
          {"values", std::move(values)},
          {"smallest_height", set.sizes.smallest_height},
          {"largest_height", set.sizes.largest_height},
          {"smallest_width", set.sizes.smallest_width},
          {"largest_width", set.sizes.largest_width},
          {"median_shorter_side", set.sizes.median_side},
          {"gray", set.gray},
          {"unreadable", std::move(bad)}};
}

ordered_json json_of(const Duplicates& group, const Check& check) {
  auto pictures = ordered_json::array();
  for (const auto& one : group.pictures)
    pictures.push_back(
        {{"image", one.where},
         {"set", one.set},
         {"label", one.label < 0
                       ? ordered_json()
                       : ordered_json(check.classes[static_cast<std::size_t>(one.label)])},
         {"values", one.values}});
  return {{"across_sets", group.across_sets()},
          {"labels_differ", group.labels_differ()},
          {"images", std::move(pictures)}};
}

/// The fields that are known.
ordered_json json_of(const Where& where) {
  auto json = ordered_json::object();
  for (const auto& [name, text] :
       {std::pair("file", &where.file), std::pair("option", &where.option),
        std::pair("image", &where.image)})
    if (!text->empty()) json[name] = *text;
  for (const auto& [name, number] :
       {std::pair("line", where.line), std::pair("column", where.column)})
    if (number > 0) json[name] = number;
  return json;
}

}  // namespace

std::string to_text(const Check& check) {
  if (!check.error.empty()) return check.error + "\n" + about_odd_files(check);
  std::string text;
  for (const auto& set : check.sets) text += about_set(set, std::ssize(check.normalisation.mean));
  text += check.value_names.empty() ? about_classes(check) : about_values(check);
  text += about_pixels(check) + about_bad(check);
  text += about_duplicates(check, "in more than one set, which makes scores too optimistic",
                           [](const Duplicates& group) { return group.across_sets(); });
  const auto* label = check.value_names.empty() ? "label" : "value";
  text += about_duplicates(
      check, fmt::format("with more than one {}", label),
      [](const Duplicates& group) { return !group.across_sets() && group.labels_differ(); });
  text += about_duplicates(check, "several times in one set", [](const Duplicates& group) {
    return !group.across_sets() && !group.labels_differ();
  });
  text += about_odd_files(check) + about_digest(check);
  return text + (check.good()
                     ? fmt::format("good: every picture{} can be read, and none is in two sets or "
                                   "has two {}s\n",
                                   check.unread.empty() ? "" : " of the sets", label)
                     : "not good: see above\n");
}

ordered_json to_json(const Check& check) {
  auto sets = ordered_json::array();
  for (const auto& set : check.sets) sets.push_back(json_of(set, check));
  auto duplicates = ordered_json::array();
  for (const auto& group : check.duplicates) duplicates.push_back(json_of(group, check));
  auto odd = ordered_json::array();
  for (const auto& file : check.odd_files)
    odd.push_back({{"file", file.path}, {"reason", file.reason}, {"read", file.read}});
  ordered_json json = {{"source", check.source},
                       {"good", check.good()},
                       {"error", check.error},
                       {"where", json_of(check.where)},
                       {"classes", check.classes},
                       {"sets", std::move(sets)},
                       {"mean", check.normalisation.mean},
                       {"std", check.normalisation.std},
                       {"duplicates", std::move(duplicates)},
                       {"unread", check.unread},
                       {"odd_files", std::move(odd)}};
  if (check.digest)
    json.update({{"data", check.digest->names}, {"data_contents", check.digest->contents}});
  return json;
}

}  // namespace temper::data
