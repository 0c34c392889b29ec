#include "temper/report/class_label.h"

namespace temper::report {

Html class_label(const Run& run, std::int64_t index) {
  const auto name = run.class_name(index);
  return html(R"(<span class="name label" title="{}">{}</span>)", name, name);
}

std::string isolated_class(const Run& run, std::int64_t index) {
  // NOLINTNEXTLINE(misc-misleading-bidirectional): a closed isolate
  return "\u2068" + run.class_name(index) + "\u2069";
}

}  // namespace temper::report
