#include "temper/measure/confusion.h"

#include <ATen/ops/bincount.h>

#include "temper/measure/inputs.h"

namespace temper::measure {
namespace {

std::optional<double> ratio(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return {};
  return static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::optional<double> ClassCounts::recall() const {
  return ratio(correct, labelled);
}
std::optional<double> ClassCounts::precision() const {
  return ratio(correct, predicted);
}

at::Tensor confusion_matrix(const at::Tensor& logits, const at::Tensor& labels) {
  check(logits, labels);
  const std::int64_t classes = logits.size(1);
  const auto cell = labels.mul(classes).add(logits.argmax(1)).to(at::kCPU);
  return at::bincount(cell, {}, classes * classes).view({classes, classes});
}

std::vector<ClassCounts> class_counts(const at::Tensor& confusion) {
  const auto labelled = confusion.sum(1);
  const auto predicted = confusion.sum(0);
  const auto correct = confusion.diagonal().contiguous();
  std::vector<ClassCounts> counts(static_cast<std::size_t>(confusion.size(0)));
  for (std::size_t i = 0; i < counts.size(); ++i)
    counts[i] = {labelled.data_ptr<std::int64_t>()[i], predicted.data_ptr<std::int64_t>()[i],
                 correct.data_ptr<std::int64_t>()[i]};
  return counts;
}

}  // namespace temper::measure
