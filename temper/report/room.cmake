# The page's template, style and script, and Chart.js as packaged by Debian, are embedded into the program.
find_file(TEMPER_CHART_JS NAMES chart.umd.min.js chart.umd.js chart.min.js Chart.min.js
          PATHS /usr/share/javascript/chart.js /usr/share/nodejs/chart.js/dist NO_DEFAULT_PATH
          DOC "Chart.js as one script (Debian: libjs-chart.js)")
if(NOT TEMPER_CHART_JS)
  message(FATAL_ERROR "No Chart.js under /usr/share/javascript/chart.js, needed for the report's plots. "
                      "Install libjs-chart.js, or set TEMPER_CHART_JS to chart.umd.js or chart.min.js.")
endif()

set(folder "${CMAKE_CURRENT_SOURCE_DIR}/temper/report")
set(assets "${CMAKE_BINARY_DIR}/generated/temper/report/assets.cpp")
add_custom_command(
  OUTPUT "${assets}"
  COMMAND "${CMAKE_COMMAND}" -D "OUTPUT=${assets}"
          -D "FILES=page_html|${folder}/page.html;page_css|${folder}/page.css;page_js|${folder}/page.js;chart_js|${TEMPER_CHART_JS}"
          -P "${folder}/embed.cmake"
  DEPENDS "${folder}/embed.cmake" "${folder}/page.html" "${folder}/page.css" "${folder}/page.js" "${TEMPER_CHART_JS}"
  VERBATIM)
target_sources(${target} PRIVATE "${assets}")
# A separate target, so that the file can be generated without building the rooms that report depends on.
add_custom_target(temper_report_assets DEPENDS "${assets}")
set_source_files_properties("${assets}" PROPERTIES SKIP_PRECOMPILE_HEADERS ON SKIP_LINTING ON)

target_link_libraries(${target} PRIVATE tomlplusplus::tomlplusplus)
