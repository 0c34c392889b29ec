// Options have the names that PyTorch, torchvision and timm give them, except for those listed in
// names.toml.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "temper/io/disk/read_file.h"
#include "temper/recipe/describe.h"
#include "temper/recipe/tree.h"
#include "tests/support/golden.h"

namespace temper::recipe {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Strings = std::set<std::string>;
using Signatures = std::map<std::string, Strings>;  ///< parameters by qualified name

/// The entries of names.toml for a technique, or for all techniques of a sort.
struct Names {
  Strings signatures;
  Strings own;                               ///< options that no signature has
  std::map<std::string, std::string> other;  ///< the parameters that options correspond to
};

struct Correspondence {
  std::map<std::string, Names> sorts;
  std::map<std::string, Names> techniques;  ///< by "optimizer.sgd"
};

const Node::Table& table(const Node& node) {
  return std::get<Node::Table>(node.value);
}

Strings strings(const Node& list) {
  Strings found;
  for (const auto& element : std::get<Node::List>(list.value))
    found.insert(std::get<std::string>(element.value));
  return found;
}

/// @return false if the member does not belong to Names
bool read(const Member& member, Names& to) {
  if (member.key == "signatures") {
    to.signatures = strings(member.node);
  } else if (member.key == "own") {
    to.own = strings(member.node);
  } else if (member.key == "other") {
    for (const auto& option : table(member.node))
      for (const auto& [key, position, value] : table(option.node))
        if (key == "theirs") to.other[option.key] = std::get<std::string>(value.value);
  } else {
    return false;
  }
  return true;
}

Correspondence correspondence(std::string_view text) {
  const auto tree = parse_toml(text, "names.toml");
  Correspondence found;
  for (const auto& sort : table(tree.root)) {
    for (const auto& member : table(sort.node)) {
      if (read(member, found.sorts[sort.key])) continue;
      auto& names = found.techniques[sort.key + "." + member.key];
      for (const auto& inner : table(member.node))
        EXPECT_TRUE(read(inner, names)) << sort.key << '.' << member.key << '.' << inner.key;
    }
  }
  return found;
}

Signatures signatures(const nlohmann::json& golden) {
  Signatures found;
  for (const auto& signature : golden)
    for (auto& parameters = found[signature["name"].get<std::string>()];
         const auto& pair : signature["parameters"])
      parameters.insert(pair[0].get<std::string>());
  return found;
}

/// Compares techniques with names.toml and records which of its entries are needed.
class Check {
 public:
  Check(const Correspondence& names, const Signatures& signatures)
      : names_(names), signatures_(signatures) {}

  void technique(const Technique& technique) {
    const auto id = technique.category + "." + technique.name;
    needed_.insert(id);
    const auto listed = names_.techniques.find(id);
    if (listed == names_.techniques.end()) return;
    const auto& own = listed->second;
    const auto parameters = parameters_of(id, own);
    const auto of_sort = names_.sorts.find(technique.category);
    for (const auto& option : technique.options) {
      const auto& name = option.name;
      if (parameters.contains(name.substr(0, name.find('.')))) continue;
      if (!excepted(id, own, name, parameters) &&
          !(of_sort != names_.sorts.end() &&
            excepted(of_sort->first, of_sort->second, name, parameters)))
        problems.push_back(fmt::format("{}: no signature has a parameter {}", id, name));
    }
  }

  void end() {
    const auto need = [&](const std::string& what) {
      if (!needed_.contains(what)) problems.push_back(what + " is not needed");
    };
    const auto need_all = [&](const std::map<std::string, Names>& all) {
      for (const auto& [where, names] : all) {
        for (const auto& option : names.own) need(fmt::format("{}: {}", where, option));
        for (const auto& [option, theirs] : names.other) need(fmt::format("{}: {}", where, option));
      }
    };
    for (const auto& [id, names] : names_.techniques) need(id);
    for (const auto& [name, parameters] : signatures_) need(name);
    need_all(names_.sorts);
    need_all(names_.techniques);
  }

  std::vector<std::string> problems;

 private:
  Strings parameters_of(const std::string& id, const Names& names) {
    Strings all;
    for (const auto& name : names.signatures) {
      needed_.insert(name);
      if (const auto found = signatures_.find(name); found != signatures_.end())
        all.insert(found->second.begin(), found->second.end());
      else
        problems.push_back(fmt::format("{}: signatures.json has no {}", id, name));
    }
    return all;
  }

  /// An option that a sort lists under another name counts as temper's own in techniques whose
  /// signatures do not have that parameter.
  bool excepted(const std::string& where, const Names& names, const std::string& option,
                const Strings& parameters) {
    const auto other = names.other.find(option);
    const bool known = other != names.other.end() && parameters.contains(other->second);
    const bool own = names.own.contains(option);
    if (known || own) needed_.insert(where + ": " + option);
    return known || own || (other != names.other.end() && names_.sorts.contains(where));
  }

  const Correspondence& names_;
  const Signatures& signatures_;
  Strings needed_;
};

std::vector<std::string> problems(const std::vector<Technique>& techniques, std::string_view names,
                                  const Signatures& signatures) {
  const auto listed = correspondence(names);
  Check check(listed, signatures);
  for (const auto& technique : techniques) check.technique(technique);
  check.end();
  return check.problems;
}

TEST(OptionNames, AreTheirParametersNamesButForThoseListed) {
  const auto names = io::read_text(std::string(TEMPER_SOURCE_DIR) + "/tests/recipe/names.toml");
  EXPECT_THAT(problems(catalogue(), names, signatures(testing::golden("signatures.json"))),
              IsEmpty())
      << "give the option the parameter's name, or list it in tests/recipe/names.toml";
}

const Signatures kSignatures{{"torch.optim.SGD", {"lr", "momentum"}},
                             {"timm.optim.Lion", {"lr", "betas"}}};

std::vector<Technique> techniques() {
  return {
      {.category = "optimizer", .name = "sgd", .options = {{.name = "lr"}, {.name = "speed"}}},
      {.category = "optimizer", .name = "lion", .options = {{.name = "lr"}, {.name = "beta1"}}}};
}

TEST(OptionNames, ThatNoSignatureHasAreFound) {
  EXPECT_THAT(problems(techniques(), R"(
[optimizer.sgd]
signatures = ["torch.optim.SGD"]
)",
                       kSignatures),
              ElementsAre("optimizer.sgd: no signature has a parameter speed",
                          "timm.optim.Lion is not needed"));
}

TEST(OptionNames, MayBeExceptedByTheirTechniqueOrSort) {
  EXPECT_THAT(problems(techniques(), R"(
[optimizer]
other.beta1 = { theirs = "betas", why = "of a pair" }
[optimizer.sgd]
signatures = ["torch.optim.SGD"]
own = ["speed"]
[optimizer.lion]
signatures = ["timm.optim.Lion"]
)",
                       kSignatures),
              IsEmpty());
}

TEST(OptionNames, ExceptionsThatAreNoneAreFound) {
  EXPECT_THAT(
      problems(techniques(), R"(
[optimizer]
own = ["speed", "lr", "beta1"]
[optimizer.adam]
signatures = ["torch.optim.SGD"]
[optimizer.sgd]
signatures = ["torch.optim.SGD"]
own = ["momentum"]
[optimizer.lion]
signatures = ["timm.optim.Lion", "timm.optim.Lamb"]
other.beta1 = { theirs = "beta", why = "there is no such parameter" }
)",
               kSignatures),
      ElementsAre("optimizer.lion: signatures.json has no timm.optim.Lamb",
                  "optimizer.adam is not needed", "optimizer: lr is not needed",
                  "optimizer.lion: beta1 is not needed", "optimizer.sgd: momentum is not needed"));
}

}  // namespace
}  // namespace temper::recipe
