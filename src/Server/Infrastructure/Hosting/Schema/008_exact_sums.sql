-- Sums that come out the same however the events were grouped into pages, so that a rebuild can be held to the live table.
alter table detection_statistics alter column seconds type numeric using round(seconds::numeric, 9);
alter table detection_quality
    alter column confidence type numeric using round(confidence::numeric, 9),
    alter column accuracy type numeric using round(accuracy::numeric, 9),
    alter column precision type numeric using round(precision::numeric, 9),
    alter column recall type numeric using round(recall::numeric, 9),
    alter column f1_score type numeric using round(f1_score::numeric, 9);
