#include "temper/measure/mistakes.h"

#include <algorithm>
#include <tuple>

#include "temper/measure/inputs.h"
#include "temper/measure/likelihood.h"

namespace temper::measure {

std::vector<Mistake> most_confident_mistakes(const at::Tensor& logits, const at::Tensor& labels,
                                             std::int64_t limit) {
  check(logits, labels);
  const auto sure = confidence(logits).to(at::kCPU).contiguous();
  const auto predicted = logits.argmax(1).to(at::kCPU).contiguous();
  const auto truth = labels.to(at::kCPU).contiguous();
  std::vector<Mistake> wrong;
  for (std::int64_t row = 0; row < sure.numel(); ++row) {
    const auto label = truth.data_ptr<std::int64_t>()[row];
    const auto guess = predicted.data_ptr<std::int64_t>()[row];
    if (label != guess) wrong.push_back({row, label, guess, sure.data_ptr<double>()[row]});
  }
  const auto kept = std::clamp(limit, std::int64_t{0}, static_cast<std::int64_t>(wrong.size()));
  std::partial_sort(wrong.begin(), wrong.begin() + kept, wrong.end(),
                    [](const Mistake& a, const Mistake& b) {
                      return std::tuple(-a.confidence, a.row) < std::tuple(-b.confidence, b.row);
                    });
  wrong.resize(static_cast<std::size_t>(kept));
  return wrong;
}

}  // namespace temper::measure
