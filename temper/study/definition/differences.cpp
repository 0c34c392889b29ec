#include "temper/study/definition/differences.h"

namespace temper::study {

std::vector<recipe::Difference> differences_in_results(const recipe::Recipe& left,
                                                       const recipe::Recipe& right) {
  auto found = recipe::differences(left, right);
  std::erase_if(found, [](const recipe::Difference& one) {
    return !one.changes_results && one.path != "distillation.from" && one.path != "pretrained.from";
  });
  return found;
}

std::vector<std::string> sources_of(const recipe::Data& data) {
  if (data.sources.empty()) return {data.source};
  std::vector<std::string> sources;
  for (const auto& one : data.sources) sources.push_back(one.source);
  return sources;
}

}  // namespace temper::study
