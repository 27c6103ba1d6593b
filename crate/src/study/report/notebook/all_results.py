frame = pd.DataFrame(results)
print(f"{len(frame)} epochs of {len(summary)} runs")
pd.DataFrame(summary).round(2)
