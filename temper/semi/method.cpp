#include "temper/semi/method.h"

#include <type_traits>

namespace temper::semi {

Views views_of(const Method& method) {
  return std::visit(
      []<class Options>(const Options& options) -> Views {
        if constexpr (std::is_same_v<Options, MixMatch>)
          return {.weak = options.views};
        else
          return Options::views();
      },
      method);
}

std::int64_t trained_views(const Method& method) {
  // The second view of mean teacher is the teacher's.
  if (std::holds_alternative<MeanTeacher>(method)) return 1;
  return views_of(method).count();
}

const TeacherOptions* teacher_of(const Method& method) {
  return std::visit(
      []<class Options>(const Options& options) -> const TeacherOptions* {
        if constexpr (std::is_base_of_v<TeacherOptions, Options>)
          return &options;
        else
          return nullptr;
      },
      method);
}

at::Tensor loss(const Method& method, const Inputs& inputs, double whole) {
  return std::visit(
      [&](const auto& options) {
        return row_losses(options, inputs).sum().mul(options.weight / whole);
      },
      method);
}

}  // namespace temper::semi

template temper::Slot temper::slot(temper::semi::Method& value);
