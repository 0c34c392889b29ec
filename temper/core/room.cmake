target_link_libraries(temper_core PUBLIC fmt::fmt-header-only)
